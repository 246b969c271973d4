//! JSON that is safe to print: characters that a terminal would interpret are written as escapes.

use std::io::{self, BufReader, Read, Write};

use serde::Serialize;
use serde_json::Deserializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::base::text::is_unsafe;

/// Writes a value as indented JSON, with a line feed at its end.
///
/// # Errors
/// When writing fails.
pub fn write(report: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer =
        Serializer::with_formatter(&mut *out, SafeFormatter(PrettyFormatter::new()));
    report.serialize(&mut serializer).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Writes a value as JSON in one line.
pub(crate) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, SafeFormatter(CompactFormatter));
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Writes JSON again as [`write`] would. What `write` wrote stays byte for byte the same, with every field that
/// another version added.
pub(super) fn copy(json: impl Read, out: &mut dyn Write) -> io::Result<()> {
    let mut kept = ErrorKeeper { out, error: None };
    let mut serializer =
        Serializer::with_formatter(&mut kept, SafeFormatter(PrettyFormatter::new()));
    let mut deserializer = Deserializer::from_reader(BufReader::new(json));
    let copied = serde_transcode::transcode(&mut deserializer, &mut serializer);
    copied.map_err(|e| kept.error.take().unwrap_or_else(|| e.into()))?;
    kept.out.write_all(b"\n")
}

/// Keeps the error of a failed write. Transcoding reports it only as text, as an error of its input.
struct ErrorKeeper<'a> {
    out: &'a mut dyn Write,
    error: Option<io::Error>,
}

impl Write for ErrorKeeper<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.error = None;
        self.out.write(bytes).map_err(|e| {
            let kind = e.kind();
            self.error = Some(e);
            kind.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes every unsafe character as an escape, which readers of JSON undo. JSON itself requires that only below
/// U+0020.
struct SafeFormatter<F>(F);

impl<F: Formatter> Formatter for SafeFormatter<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        w: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let mut rest = text;
        // Most texts are plain ASCII. The caller has already escaped everything below U+0020.
        if text.is_ascii() && !text.as_bytes().contains(&0x7f) {
            return w.write_all(text.as_bytes());
        }
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            w.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(w, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        w.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, w: &mut W, e: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(w, e)
    }
    fn begin_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_array(w)
    }
    fn end_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array(w)
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(w, first)
    }
    fn end_array_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array_value(w)
    }
    fn begin_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object(w)
    }
    fn end_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object(w)
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(w, first)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object_value(w)
    }
    fn end_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object_value(w)
    }
}
