//! Object names, exact to the character (Confluent's `TopicPartitionWriter` and `FileUtils`).

/// How objects are named: `topics.dir/topic/directory/topic+partition+offset.extension`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectNaming {
    /// What every name begins with (`topics.dir`); may be empty.
    pub topics_dir: String,
    /// What stands between directories (`directory.delim`).
    pub directory_delimiter: String,
    /// What stands between the parts of the last part (`file.delim`).
    pub file_delimiter: String,
    /// How many digits the offset has at least (`filename.offset.zero.pad.width`).
    pub offset_digits: usize,
    /// Of format and compression, with its dots: `.json.gz`.
    pub extension: String,
}

impl ObjectNaming {
    /// The name of the object whose first record has this offset.
    #[must_use]
    pub fn name(&self, topic: &str, directory: &str, partition: i32, start_offset: i64) -> String {
        let Self { topics_dir, directory_delimiter, file_delimiter, offset_digits, extension } = self;
        let first = if topics_dir.is_empty() { "" } else { directory_delimiter };
        format!(
            "{topics_dir}{first}{topic}{directory_delimiter}{directory}{directory_delimiter}\
             {topic}{file_delimiter}{partition}{file_delimiter}{start_offset:0offset_digits$}{extension}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming() -> ObjectNaming {
        ObjectNaming {
            topics_dir: "topics".to_owned(),
            directory_delimiter: "/".to_owned(),
            file_delimiter: "+".to_owned(),
            offset_digits: 10,
            extension: ".json.gz".to_owned(),
        }
    }

    #[test]
    fn a_name_has_topic_directory_partition_and_padded_offset() {
        assert_eq!(
            naming().name("orders", "partition=12", 12, 3),
            "topics/orders/partition=12/orders+12+0000000003.json.gz"
        );
        let narrow = ObjectNaming { offset_digits: 2, extension: ".avro".to_owned(), ..naming() };
        assert_eq!(
            narrow.name("test-topic", "partition=12", 12, 0),
            "topics/test-topic/partition=12/test-topic+12+00.avro"
        );
        let unpadded = ObjectNaming { offset_digits: 0, ..narrow };
        assert_eq!(unpadded.name("t", "partition=0", 0, 12_345_678_901), "topics/t/partition=0/t+0+12345678901.avro");
    }

    #[test]
    fn a_blank_topics_dir_leaves_no_leading_delimiter() {
        let naming = ObjectNaming { topics_dir: String::new(), ..naming() };
        assert_eq!(naming.name("t", "d", 0, 1), "t/d/t+0+0000000001.json.gz");
    }

    #[test]
    fn delimiters_are_as_configured() {
        let naming = ObjectNaming { directory_delimiter: "|".to_owned(), file_delimiter: "-".to_owned(), ..naming() };
        assert_eq!(naming.name("t", "a=1|b=2", 3, 1), "topics|t|a=1|b=2|t-3-0000000001.json.gz");
    }
}
