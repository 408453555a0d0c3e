//! Content types by the ends of names.
//!
//! Source: the IANA registry of media types, and "Common media types" of MDN's HTTP guide. A text is said to be UTF-8:
//! without that a browser guesses (HTML standard, "Determining the character encoding").

/// By extension, sorted.
const TYPES: &[(&str, &str)] = &[
    ("aac", "audio/aac"),
    ("atom", "application/atom+xml"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("eot", "application/vnd.ms-fontobject"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ics", "text/calendar; charset=utf-8"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("jsonld", "application/ld+json"),
    ("m4a", "audio/mp4"),
    ("map", "application/json"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("rss", "application/rss+xml"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
];

/// What is said of a file that nothing is known of (RFC 2046, 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// Returns the content type of the file at `path`.
pub fn of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((_, end)) = name.rsplit_once('.') else { return UNKNOWN };
    let end = end.to_ascii_lowercase();
    let found = TYPES.binary_search_by(|(known, _)| (*known).cmp(end.as_str()));
    found.map_or(UNKNOWN, |at| TYPES[at].1)
}

/// Returns whether a file at `path` is text that a person might have written a host into.
pub fn is_text(path: &str) -> bool {
    let of = of(path);
    of.starts_with("text/") || of.contains("json") || of.contains("xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_a_file_is() {
        assert!(TYPES.is_sorted());
        assert_eq!(of("a/INDEX.HTML"), "text/html; charset=utf-8");
        assert_eq!(of("app.3f9a.js"), "text/javascript; charset=utf-8");
        assert_eq!((of("LICENSE"), of("a.b/c"), of("x.unheard")), (UNKNOWN, UNKNOWN, UNKNOWN));
        assert!(is_text("a.svg") && is_text("a.map") && !is_text("a.png"));
    }
}
