//! Files made smaller.

use thiserror::Error;

use crate::gzip::{Gzip, GzipLevel};
use crate::snappy;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// One gzip member.
    Gzip(GzipLevel),
    /// Blocks of raw snappy as Java's `SnappyOutputStream` (xerial) frames them, which is what Aiven's connector writes.
    ///
    /// Read by `SnappyInputStream` of snappy-java; not by readers of the framing format (`.sz`, Rust's `snap::read`), nor
    /// by Hadoop's and Spark's `SnappyCodec`: theirs are other formats.
    Snappy,
    /// One zstd frame at level 3, the default of zstd-jni's `ZstdOutputStream`.
    Zstd,
}

impl Compression {
    /// What file names end in: `.gz`, `.snappy`, `.zst`, or nothing.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip(_) => ".gz",
            Self::Snappy => ".snappy",
            Self::Zstd => ".zst",
        }
    }

    /// The media type of a compressed file; none where the file stays as it is.
    ///
    /// There is no content encoding to go with it, on purpose: clients that undo one would hand out plain text under a
    /// name that ends in `.gz`.
    #[must_use]
    pub fn content_type(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Gzip(_) => Some("application/gzip"),
            Self::Snappy => Some("application/x-snappy"),
            Self::Zstd => Some("application/zstd"),
        }
    }
}

/// Why a file could not be compressed. It is never the file's fault.
#[derive(Debug, Error)]
pub enum CompressError {
    /// The encoder found too little space in what it had asked for itself.
    #[error("gzip: {0}")]
    Gzip(#[from] libdeflater::CompressionError),
    /// The encoder refused a block.
    #[error("snappy: {0}")]
    Snappy(#[from] snap::Error),
    /// The encoder could not be set up, or ran out of memory.
    #[error("zstd: {0}")]
    Zstd(#[from] std::io::Error),
}

/// Compresses file after file and keeps its encoder's memory from one to the next. Equal files give equal bytes.
pub struct Compressor(Encoder);

enum Encoder {
    None,
    Gzip(Gzip),
    Snappy(Box<snap::raw::Encoder>),
    Zstd(zstd::bulk::Compressor<'static>),
}

impl Compressor {
    /// An encoder for this compression.
    ///
    /// # Errors
    /// The zstd encoder could not be set up.
    pub fn new(compression: Compression) -> Result<Self, CompressError> {
        Ok(Self(match compression {
            Compression::None => Encoder::None,
            Compression::Gzip(level) => Encoder::Gzip(Gzip::new(level)),
            Compression::Snappy => Encoder::Snappy(Box::new(snap::raw::Encoder::new())),
            Compression::Zstd => Encoder::Zstd(zstd::bulk::Compressor::new(ZSTD_LEVEL)?),
        }))
    }

    /// Compresses a whole file.
    ///
    /// # Errors
    /// The encoder failed; another try may do.
    pub fn compress(&mut self, file: Vec<u8>) -> Result<Vec<u8>, CompressError> {
        match &mut self.0 {
            Encoder::None => Ok(file),
            Encoder::Gzip(gzip) => gzip.compress(&file),
            Encoder::Snappy(encoder) => snappy::compress(encoder, &file),
            Encoder::Zstd(encoder) => Ok(encoder.compress(&file)?),
        }
    }
}

const ZSTD_LEVEL: i32 = 3;

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn compressed(compression: Compression, file: &[u8]) -> Vec<u8> {
        Compressor::new(compression).unwrap().compress(file.to_vec()).unwrap()
    }

    fn decompressed(compression: Compression, bytes: &[u8], length: usize) -> Vec<u8> {
        match compression {
            Compression::None => bytes.to_vec(),
            Compression::Gzip(_) => {
                let mut plain = vec![0; length];
                let read = libdeflater::Decompressor::new().gzip_decompress(bytes, &mut plain).unwrap();
                plain.truncate(read);
                plain
            }
            Compression::Snappy => snappy::decompress(bytes),
            Compression::Zstd => {
                let mut plain = Vec::new();
                zstd::stream::read::Decoder::new(bytes).unwrap().read_to_end(&mut plain).unwrap();
                plain
            }
        }
    }

    fn all() -> Vec<Compression> {
        let levels = (-1..=9).map(|level| Compression::Gzip(GzipLevel::new(level).unwrap()));
        [Compression::None, Compression::Snappy, Compression::Zstd].into_iter().chain(levels).collect()
    }

    proptest! {
        #[test]
        fn every_file_comes_back(file in proptest::collection::vec(any::<u8>(), 0..4000), times in 1_usize..40) {
            let file = file.repeat(times);
            for compression in all() {
                let bytes = compressed(compression, &file);
                prop_assert_eq!(&decompressed(compression, &bytes, file.len()), &file, "{:?}", compression);
            }
        }
    }

    #[test]
    fn equal_files_give_equal_bytes_whatever_the_encoder_did_before() {
        let file = br#"{"order":1,"customer":"c-17"}"#.repeat(1000);
        for compression in all() {
            let mut used = Compressor::new(compression).unwrap();
            used.compress(b"something else".repeat(99)).unwrap();
            assert_eq!(used.compress(file.clone()).unwrap(), compressed(compression, &file), "{compression:?}");
        }
    }

    #[test]
    fn compressed_files_are_smaller() {
        let file = br#"{"order":1,"customer":"c-17"}"#.repeat(1000);
        for compression in [Compression::Gzip(GzipLevel::DEFAULT), Compression::Snappy, Compression::Zstd] {
            assert!(compressed(compression, &file).len() < file.len() / 10, "{compression:?}");
        }
    }

    #[test]
    fn a_gzip_file_carries_no_time() {
        let bytes = compressed(Compression::Gzip(GzipLevel::DEFAULT), b"{}\n");
        assert_eq!(&bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    }
}
