//! The stream format of Java's `org.xerial.snappy.SnappyOutputStream`: a heading, then blocks of raw snappy, each behind
//! its compressed length.

use crate::CompressError;

/// The magic, then version 1 and compatible with version 1, as 4-byte big-endian numbers.
const HEADING: &[u8; 16] = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01";

/// Bytes of plain data in a block, as in Java.
const BLOCK: usize = 32 * 1024;

pub(crate) fn compress(encoder: &mut snap::raw::Encoder, file: &[u8]) -> Result<Vec<u8>, CompressError> {
    let mut out = Vec::with_capacity(HEADING.len() + file.len() / 2);
    out.extend_from_slice(HEADING);
    let mut block = vec![0; snap::raw::max_compress_len(BLOCK)];
    for plain in file.chunks(BLOCK) {
        let length = encoder.compress(plain, &mut block)?;
        // A block has at most 38 KiB: its length fits.
        out.extend_from_slice(&(length as u32).to_be_bytes());
        out.extend(block.iter().take(length));
    }
    Ok(out)
}

/// Reads the format as `SnappyInputStream` does.
#[cfg(test)]
pub(crate) fn decompress(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes.strip_prefix(HEADING).expect("the heading");
    let mut plain = Vec::new();
    while let Some((length, blocks)) = rest.split_first_chunk() {
        let (block, after) = blocks.split_at(u32::from_be_bytes(*length) as usize);
        plain.extend(snap::raw::Decoder::new().decompress_vec(block).unwrap());
        rest = after;
    }
    assert!(rest.is_empty(), "half a length at the end");
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_heading_behind_their_lengths() {
        let bytes = compress(&mut snap::raw::Encoder::new(), b"hello").unwrap();
        // Raw snappy: the plain length, then a literal of 5 bytes.
        assert_eq!(bytes, [HEADING.as_slice(), b"\0\0\0\x07", b"\x05", b"\x10hello"].concat());
    }

    #[test]
    fn a_file_of_more_than_a_block_has_several() {
        let file = vec![7; BLOCK + 1];
        let bytes = compress(&mut snap::raw::Encoder::new(), &file).unwrap();
        assert!(bytes.ends_with(b"\0\0\0\x03\x01\0\x07"), "the second block holds the last byte");
        assert_eq!(decompress(&bytes), file);
    }
}
