//! What a file is that is no certificate as it was written: said so that its reader knows where to look.

use super::canonical;
use super::flaw::Flaw;

/// The beginnings of files of other kinds.
const BEGINNINGS: [(&[u8], &str, &str); 6] = [
    (
        b"PK\x03\x04",
        "这是压缩包或 Excel 工作簿，不是凭证",
        "it is a zip archive or an Excel workbook, not a certificate",
    ),
    (b"\x1f\x8b", "这是 gzip 压缩文件，请先解压", "it is compressed with gzip: unpack it first"),
    (b"PAR1", "这是 Parquet 文件，不是凭证", "it is a Parquet file, not a certificate"),
    (b"%PDF", "这是 PDF 文件，不是凭证", "it is a PDF file, not a certificate"),
    (
        b"\xef\xbb\xbf",
        "文件开头多了字节顺序标记（BOM）：它被别的程序重新保存过",
        "a byte order mark stands before it: another program has saved it anew",
    ),
    (b"<", "这是网页或 XML 文件，不是凭证", "it is a web page or XML, not a certificate"),
];

/// The same flaw, said by what the file is where that is plain.
pub(super) fn told(bytes: &[u8], flaw: Flaw) -> Flaw {
    let trimmed = bytes.trim_ascii_start();
    let found = BEGINNINGS.iter().find(|(beginning, ..)| bytes.starts_with(beginning));
    let (zh, en) = match (found, trimmed.first()) {
        (Some((_, zh, en)), _) => (*zh, *en),
        (None, None) => ("文件是空的", "the file is empty"),
        (None, Some(_)) if std::str::from_utf8(bytes).is_err() => {
            return if has_traces(bytes) {
                flaw
            } else {
                flaw.saying(
                    "这是别的文件，或另一编码的文本，不是凭证",
                    "it is another kind of file, or text in another encoding, not a certificate",
                )
                .of_another_kind()
            };
        }
        (None, Some(b'{')) => match json(&squeezed(trimmed)) {
            Some(told) => told,
            None => return flaw.of_rewritten(),
        },
        (None, Some(b'[')) => ("这不是凭证", "it is no certificate"),
        (None, Some(_)) => ("这不是 JSON，因此不是凭证", "it is not JSON, so it is no certificate"),
    };
    let told = flaw.saying(zh, en);
    if has_traces(bytes) { told } else { told.of_another_kind() }
}

/// Whether anything is in a file that certificates have; no single change takes all of it away.
fn has_traces(bytes: &[u8]) -> bool {
    let has = |trace: &str| bytes.windows(trace.len()).any(|window| window == trace.as_bytes());
    ["huzhu-certificate/", "\"program_digest\"", "\"conclusion\""].into_iter().any(has)
}

/// What a JSON text is, by the members that it has; nothing of a certificate that another program has written otherwise than with blanks.
fn json(text: &[u8]) -> Option<(&'static str, &'static str)> {
    let has = |member: &str| text.windows(member.len()).any(|window| window == member.as_bytes());
    if has("\"format\":\"huzhu-certificate/1\"") || has("\"format\":\"huzhu-certificate/2\"") {
        let is_the_same = std::str::from_utf8(text).is_ok_and(|text| canonical::read(text).is_ok());
        let laid_out = (
            "凭证被重新排版过（多了空白或换行）：凭证须逐字节保持原样，请取出具时的文件",
            "it is a certificate that was laid out anew, with spaces or line breaks: it must stay as it was written, byte for byte",
        );
        return is_the_same.then_some(laid_out);
    }
    Some(if has("\"format\":\"huzhu-program/1\"") {
        ("这是规则包的程序，不是凭证", "it is the program of a pack, not a certificate")
    } else if has("\"enrollment\":{") && has("\"claim\":{") {
        ("这是理赔文件，不是凭证", "it is a case file, not a certificate")
    } else if has("\"decision\":") && has("\"benefits\":[") {
        ("这是审核结果，不是凭证", "it is a decision with its explanation, not a certificate")
    } else {
        ("这是别的 JSON 文件，不是凭证", "it is other JSON, not a certificate")
    })
}

/// The text without blanks between its parts.
fn squeezed(text: &[u8]) -> Vec<u8> {
    let mut squeezed = Vec::with_capacity(text.len());
    let (mut is_in_text, mut is_escaped) = (false, false);
    for byte in text {
        if is_in_text || !byte.is_ascii_whitespace() {
            squeezed.push(*byte);
        }
        match (is_in_text, is_escaped, byte) {
            (true, true, _) => is_escaped = false,
            (true, false, b'\\') => is_escaped = true,
            (_, false, b'"') => is_in_text = !is_in_text,
            (..) => {}
        }
    }
    squeezed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_what_it_is() {
        let said = |bytes: &[u8]| told(bytes, Flaw::new("", "", "unknown")).en();
        assert_eq!(said(b""), "the file is empty");
        assert_eq!(said(b"PK\x03\x04..."), "it is a zip archive or an Excel workbook, not a certificate");
        assert_eq!(said(b"claim_id,payable\n1,2\n"), "it is not JSON, so it is no certificate");
        assert_eq!(said(b"{\n \"claim\": {}, \"enrollment\": {} }"), "it is a case file, not a certificate");
        for other in
            [r#"{"a": 1}"#, r#"{"claim": {}}"#, r#"{"enrollment": {}}"#, r#"{"decision": 1}"#, r#"{"benefits": []}"#]
        {
            assert_eq!(said(other.as_bytes()), "it is other JSON, not a certificate", "{other}");
        }
        let decided = br#"{"decision": "paid", "benefits": [{"id": "a\"b"}]}"#;
        assert_eq!(said(decided), "it is a decision with its explanation, not a certificate");
        assert_eq!(said(b"[package]"), "it is no certificate");
        assert!(said(b"\xff\xfe").starts_with("it is another kind of file"));
        assert!(told(b"claim_id,payable\n1,2\n", Flaw::new("byte 0", "", "")).is_foreign());
        assert!(told(b"\xc0\xed\xc5\xe2", Flaw::new("byte 0", "", "")).is_foreign(), "in GBK");
        assert!(!told(b"x\"format\":\"huzhu-certificate/1\"}", Flaw::new("byte 0", "", "")).is_foreign());
        let laid_out = b"{\n  \"claim\": \"a b\",\n  \"format\": \"huzhu-certificate/1\"\n}\n";
        assert!(said(laid_out).starts_with("it is a certificate that was laid out anew"), "{}", said(laid_out));
        let quoting = br#"{ "claim": "a\" {", "format": "huzhu-certificate/1" }"#;
        assert!(said(quoting).starts_with("it is a certificate that was laid out anew"), "{}", said(quoting));
        let in_other_order = b"{\"format\": \"huzhu-certificate/1\", \"claim\": \"a\"}";
        assert!(said(in_other_order).starts_with("it is a certificate that another program has written anew"));
    }
}
