//! Bodies in `aws-chunked` coding, with trailers (S3 guide, "Using chunked uploads ... trailing headers").

use std::collections::BTreeMap;

use super::super::answer::Fail;

/// Undoes the coding: the bytes, and the trailers in lower case.
pub(crate) fn decode(body: &[u8]) -> Result<(Vec<u8>, BTreeMap<String, String>), Fail> {
    let bad = || Fail::new(400, "IncompleteBody", "The request body terminated unexpectedly");
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let (line, after) = line(rest).ok_or_else(bad)?;
        let size = line.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| bad())?;
        if size == 0 {
            rest = after;
            break;
        }
        out.extend_from_slice(after.get(..size).ok_or_else(bad)?);
        rest = after.get(size..).and_then(|after| after.strip_prefix(b"\r\n")).ok_or_else(bad)?;
    }
    let mut trailers = BTreeMap::new();
    while let Some((line, after)) = line(rest) {
        if let Some((name, value)) = line.split_once(':') {
            trailers.insert(name.trim().to_lowercase(), value.trim().to_owned());
        }
        rest = after;
    }
    Ok((out, trailers))
}

fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_and_a_trailer() {
        let body =
            b"4;chunk-signature=00\r\nsnap\r\n6\r\ndeploy\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        let (bytes, trailers) = decode(body).unwrap();
        assert_eq!(bytes, b"snapdeploy");
        assert_eq!(trailers["x-amz-checksum-crc32"], "AAAAAA==");
        assert!(decode(b"4\r\nsn").is_err());
    }
}
