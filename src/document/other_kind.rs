//! Files that are no text, told by how they begin.

use crate::text::{Text, say};

/// The beginnings of files of other kinds, and what each is.
const BEGINNINGS: [(&[u8], &str, &str); 6] = [
    (b"PK\x03\x04", "Excel 工作簿（或 zip 压缩文件）", "an Excel workbook (or a zip archive)"),
    (
        b"\xd0\xcf\x11\xe0",
        "Excel 97-2003 工作簿（.xls）或 Word 文档",
        "an Excel 97-2003 workbook (.xls) or a Word document",
    ),
    (b"PAR1", "Parquet 文件", "a Parquet file"),
    (b"\x1f\x8b", "gzip 压缩文件", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩文件", "compressed with zstd"),
    (b"%PDF", "PDF 文件", "a PDF file"),
];

/// What the file is, if it begins as one that is no text.
pub(super) fn told(bytes: &[u8]) -> Option<Text> {
    let (_, zh, en) = BEGINNINGS.iter().find(|(beginning, ..)| bytes.starts_with(beginning))?;
    Some(say!("这是 {zh}，不是文本文件", "it is {en}, not a text file"))
}

/// What to do about it.
pub(super) fn help() -> Text {
    say!(
        "这里读 JSON 或 TOML 文本；工作簿、Parquet、CSV 中的理赔表由批量审核读入",
        "JSON or TOML is read here; tables in workbooks, Parquet and CSV are read where many claims are decided"
    )
}

/// Whether the text is in UTF-16, by the mark that it begins with.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}
