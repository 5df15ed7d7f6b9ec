//! The characters that a text file is written in.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

/// How the characters of a text file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without the mark at its beginning.
    #[default]
    #[serde(rename = "UTF-8")]
    Utf8,
    /// UTF-16, the lower byte first.
    #[serde(rename = "UTF-16LE")]
    Utf16Le,
    /// UTF-16, the higher byte first.
    #[serde(rename = "UTF-16BE")]
    Utf16Be,
    /// GB18030, of which GBK and GB 2312 are parts: what Chinese spreadsheets write.
    #[serde(rename = "GB18030")]
    Gb18030,
}

const MARK_OF_UTF_8: [u8; 3] = [0xef, 0xbb, 0xbf];
const BYTES_AT_ONCE: usize = 1 << 18;
/// No text has this byte in UTF-8: it stands where a file has no character.
const NO_CHARACTER: u8 = 0xff;

impl Encoding {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Gb18030 => "GB18030",
        }
    }

    fn decoder(self) -> Option<Decoder> {
        let encoding = match self {
            Encoding::Utf8 => return None,
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
            Encoding::Gb18030 => GB18030,
        };
        Some(encoding.new_decoder_with_bom_removal())
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Encoding {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Encoding, &'static str> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "utf8" => Ok(Encoding::Utf8),
            "utf16" | "utf16le" => Ok(Encoding::Utf16Le),
            "utf16be" => Ok(Encoding::Utf16Be),
            "gb18030" | "gbk" | "gb2312" | "cp936" => Ok(Encoding::Gb18030),
            _ => Err("one of UTF-8, UTF-16LE, UTF-16BE and GB18030"),
        }
    }
}

/// The encoding of a file: by the mark at its beginning, else UTF-8 if all of it is, else GB18030 if all of it is.
///
/// A file that is neither is UTF-8 with faults; so is one that has as many Chinese characters in UTF-8 as faults, since bytes of UTF-8
/// are often characters of GB18030 too, though other ones.
pub(super) fn found<R: Read>(open: impl Fn() -> io::Result<R>) -> io::Result<Encoding> {
    let mut start = Vec::new();
    open()?.take(3).read_to_end(&mut start)?;
    match *start {
        [0xff, 0xfe, ..] => return Ok(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return Ok(Encoding::Utf16Be),
        _ if start == MARK_OF_UTF_8 => return Ok(Encoding::Utf8),
        _ => {}
    }
    if is_utf_8(open()?)? {
        return Ok(Encoding::Utf8);
    }
    Ok(if is_rather_gb18030(open()?)? { Encoding::Gb18030 } else { Encoding::Utf8 })
}

fn is_utf_8(mut bytes: impl Read) -> io::Result<bool> {
    let mut held = Vec::with_capacity(BYTES_AT_ONCE);
    loop {
        let carried = held.len();
        bytes.by_ref().take(at_once()).read_to_end(&mut held)?;
        if held.len() == carried {
            return Ok(carried == 0);
        }
        let whole = match std::str::from_utf8(&held) {
            Ok(_) => held.len(),
            // the last character goes on in the next bytes
            Err(fault) if fault.error_len().is_none() => fault.valid_up_to(),
            Err(_) => return Ok(false),
        };
        held.drain(..whole);
    }
}

fn is_rather_gb18030(mut bytes: impl Read) -> io::Result<bool> {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let (mut held, mut text) = (Vec::with_capacity(BYTES_AT_ONCE), Vec::new());
    let (mut wide, mut faults) = (0_usize, 0_usize);
    loop {
        held.clear();
        bytes.by_ref().take(at_once()).read_to_end(&mut held)?;
        for chunk in held.utf8_chunks() {
            wide = wide.saturating_add(chunk.valid().chars().filter(|c| *c >= '\u{800}').count());
            faults = faults.saturating_add(usize::from(!chunk.invalid().is_empty()));
        }
        text.resize(held.len().saturating_mul(3).saturating_add(16), 0);
        let (result, ..) = decoder.decode_to_utf8_without_replacement(&held, &mut text, held.is_empty());
        if result != DecoderResult::InputEmpty {
            return Ok(false);
        }
        if held.is_empty() {
            return Ok(wide < faults);
        }
    }
}

fn at_once() -> u64 {
    u64::try_from(BYTES_AT_ONCE).unwrap_or(u64::MAX)
}

/// The bytes of a text as UTF-8, whatever it is written in.
pub(super) fn decoded(bytes: impl Read + Send + 'static, encoding: Encoding) -> Box<dyn Read + Send> {
    match encoding.decoder() {
        None => Box::new(bytes),
        Some(decoder) => Box::new(Decoded {
            bytes,
            decoder,
            raw: vec![0; BYTES_AT_ONCE],
            left: 0..0,
            is_last: false,
            text: Vec::new(),
            given: 0,
            is_over: false,
        }),
    }
}

struct Decoded<R> {
    bytes: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// What of the raw bytes is not yet decoded.
    left: std::ops::Range<usize>,
    /// Whether no more bytes come.
    is_last: bool,
    text: Vec<u8>,
    /// How much of the text has been given.
    given: usize,
    is_over: bool,
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut rest = self.text.get(self.given..).unwrap_or_default();
            if !rest.is_empty() {
                let count = rest.read(to)?;
                self.given = self.given.saturating_add(count);
                return Ok(count);
            }
            if self.is_over {
                return Ok(0);
            }
            self.refill()?;
        }
    }
}

impl<R: Read> Decoded<R> {
    fn refill(&mut self) -> io::Result<()> {
        if self.left.is_empty() && !self.is_last {
            let count = self.bytes.read(&mut self.raw)?;
            (self.left, self.is_last) = (0..count, count == 0);
        }
        self.text.resize(BYTES_AT_ONCE.saturating_mul(3).saturating_add(16), 0);
        let left = self.raw.get(self.left.clone()).unwrap_or_default();
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(left, &mut self.text, self.is_last);
        self.left.start = self.left.start.saturating_add(read);
        self.text.truncate(written);
        self.given = 0;
        match result {
            DecoderResult::InputEmpty => self.is_over = self.is_last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => self.text.push(NO_CHARACTER),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding_of(bytes: &[u8]) -> Encoding {
        found(|| Ok(bytes)).unwrap()
    }

    fn text_of(bytes: &'static [u8], encoding: Encoding) -> Vec<u8> {
        let mut text = Vec::new();
        decoded(bytes, encoding).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn an_encoding_is_found_by_mark_then_as_utf_8_then_as_gb18030() {
        assert_eq!(encoding_of(b""), Encoding::Utf8);
        assert_eq!(encoding_of(b"claim_id\n"), Encoding::Utf8);
        assert_eq!(encoding_of("理赔编号\n".as_bytes()), Encoding::Utf8);
        assert_eq!(encoding_of("\u{feff}理赔编号\n".as_bytes()), Encoding::Utf8);
        assert_eq!(encoding_of(b"\xff\xfei\0d\0"), Encoding::Utf16Le);
        assert_eq!(encoding_of(b"\xfe\xff\0i\0d"), Encoding::Utf16Be);
        assert_eq!(encoding_of(b"\xc0\xed\xc5\xe2\xb1\xe0\xba\xc5\n"), Encoding::Gb18030); // 理赔编号
        assert_eq!(encoding_of(b"id\nC\xff\n"), Encoding::Utf8, "no character of GB18030 has this byte");
        let mostly = [" 快递员".repeat(9).as_bytes(), b"\xe9x"].concat();
        assert_eq!(encoding_of(&mostly), Encoding::Utf8, "one fault among many characters");
    }

    #[test]
    fn characters_may_stand_across_the_pieces_that_are_read() {
        for shift in 0..4 {
            let text = format!("{}{}", "a".repeat(shift), "编号".repeat(BYTES_AT_ONCE / 2));
            assert_eq!(encoding_of(text.as_bytes()), Encoding::Utf8);
            let (bytes, _, _) = GB18030.encode(&text);
            assert_eq!(encoding_of(&bytes), Encoding::Gb18030);
            let mut back = String::new();
            decoded(io::Cursor::new(bytes.into_owned()), Encoding::Gb18030).read_to_string(&mut back).unwrap();
            assert!(back == text, "{shift}");
        }
        assert_eq!(encoding_of("编编".as_bytes().get(..5).unwrap()), Encoding::Utf8, "it breaks off");
    }

    #[test]
    fn what_is_no_character_is_never_read_as_another() {
        let broken = ["编".as_bytes(), &[NO_CHARACTER], "号".as_bytes()].concat();
        assert_eq!(text_of(b"\xb1\xe0\xff\xba\xc5", Encoding::Gb18030), broken);
        assert_eq!(text_of(b"\xff\xfea\0", Encoding::Utf16Le), b"a");
        assert_eq!(text_of(b"a\0\0\xd8", Encoding::Utf16Le), b"a\xff");
    }

    #[test]
    fn encodings_have_the_names_that_people_give_them() {
        for (name, encoding) in [("utf-8", Encoding::Utf8), ("GBK", Encoding::Gb18030), ("UTF-16", Encoding::Utf16Le)] {
            assert_eq!(name.parse(), Ok(encoding));
        }
        assert!("latin1".parse::<Encoding>().is_err());
    }
}
