//! Aiven's dialect (`S3ConfigFragment`, `FileNameFragment` and `OutputFormatFragment` of its connectors).

mod keys;

use std::time::Duration;

use connect::config::{KeySpec, Problems, Settings};
use format::{Compression, Encoding, Field, Format, GzipLevel, Members, Row};

use super::{AccessKey, AssumedRole, Credentials, Encryption, ObjectOptions, Retries, S3SinkConfig, Target, own};
use crate::aiven::template::{self, Grouping, NameTemplate, PrefixTemplate};
use crate::aiven::{AivenLayout, Naming, zone};
use crate::layout::Layout;

pub(super) static KEYS: &[&KeySpec] = keys::KEYS;

pub(super) fn build(settings: &Settings, problems: &mut Problems) -> Option<S3SinkConfig> {
    // Each part notes its own problems before any of them is missed.
    let target = target(settings, problems);
    let compression = compression(settings);
    let layout = layout(settings, problems);
    let format = format(settings, problems);
    let object = ObjectOptions {
        encryption: encryption(settings),
        storage_class: own::storage_class(settings),
        ..ObjectOptions::default()
    };
    Some(S3SinkConfig {
        target: target?,
        object,
        layout: Layout::Aiven(layout?),
        format: format?,
        compression: compression?,
        ledger: own::ledger(settings)?,
    })
}

fn target(settings: &Settings, problems: &mut Problems) -> Option<Target> {
    let credentials = credentials(settings, problems);
    let endpoint = settings.get(&keys::ENDPOINT);
    let milliseconds = |number: i64| u64::try_from(number).ok().map(Duration::from_millis);
    let retries = u32::try_from(settings.get(&keys::BACKOFF_MAX_RETRIES)?).ok()?;
    Some(Target {
        bucket: settings.get(&keys::BUCKET)?,
        region: settings.get(&keys::REGION)?,
        path_style: endpoint.is_some(),
        endpoint,
        accelerate: false,
        credentials: credentials?,
        retries: Retries {
            attempts: retries.saturating_add(1),
            first_backoff: milliseconds(settings.get(&keys::BACKOFF_DELAY)?)?,
            longest_backoff: milliseconds(settings.get(&keys::BACKOFF_MAX_DELAY)?)?,
        },
    })
}

fn credentials(settings: &Settings, problems: &mut Problems) -> Option<Credentials> {
    let id = settings.get(&keys::ACCESS_KEY_ID);
    let secret = settings.get(&keys::SECRET_ACCESS_KEY);
    match (settings.get(&keys::ROLE_ARN), id, secret) {
        (None, None, None) => Some(Credentials::DefaultChain),
        (None, Some(id), Some(secret)) => Some(Credentials::Static(AccessKey { id: id.expose().to_owned(), secret })),
        (None, None, Some(_)) => {
            problems
                .about(keys::ACCESS_KEY_ID.spec.name, "is missing beside aws.secret.access.key: give both or neither");
            None
        }
        (None, Some(_), None) => {
            problems
                .about(keys::SECRET_ACCESS_KEY.spec.name, "is missing beside aws.access.key.id: give both or neither");
            None
        }
        (Some(arn), None, None) => {
            let role = role(arn, settings, problems)?;
            Some(Credentials::AssumeRole { role, base: None })
        }
        (Some(arn), ..) => {
            let message = "a role and a fixed access key exclude each other: leave out aws.sts.role.*, or aws.access.key.id \
                           and aws.secret.access.key";
            problems.wrong(keys::ROLE_ARN.spec.name, &arn, message);
            None
        }
    }
}

fn role(arn: String, settings: &Settings, problems: &mut Problems) -> Option<AssumedRole> {
    let session_name = settings.get(&keys::ROLE_SESSION_NAME);
    if session_name.is_none() {
        problems.about(keys::ROLE_SESSION_NAME.spec.name, "is missing beside aws.sts.role.arn: name the session");
    }
    let endpoint = settings.get(&keys::STS_ENDPOINT).filter(|endpoint| endpoint != GLOBAL_TOKEN_SERVICE);
    if endpoint.is_some() && !settings.is_given(&keys::REGION) {
        problems.about(keys::REGION.spec.name, "is missing beside aws.sts.config.endpoint: give both or neither");
    }
    let duration = u64::try_from(settings.get(&keys::ROLE_SESSION_DURATION)?).ok().map(Duration::from_secs);
    let external_id = settings.get(&keys::ROLE_EXTERNAL_ID);
    Some(AssumedRole { arn, session_name: session_name?, external_id, region: None, endpoint, duration })
}

fn encryption(settings: &Settings) -> Encryption {
    match settings.get(&keys::SSE_ALGORITHM).as_deref() {
        Some("AES256") => Encryption::S3Managed,
        Some("aws:kms") => Encryption::Kms { key_id: None, dual_layer: false },
        Some("aws:kms:dsse") => Encryption::Kms { key_id: None, dual_layer: true },
        _ => Encryption::BucketDefault,
    }
}

fn compression(settings: &Settings) -> Option<Compression> {
    Some(match settings.get(&keys::COMPRESSION)?.as_str() {
        "none" => Compression::None,
        "gzip" => Compression::Gzip(GzipLevel::DEFAULT),
        "snappy" => Compression::Snappy,
        "zstd" => Compression::Zstd,
        _ => return None,
    })
}

fn layout(settings: &Settings, problems: &mut Problems) -> Option<AivenLayout> {
    let template = name_template(settings, problems);
    let naming = naming(settings, problems);
    let max_records = usize::try_from(settings.get(&keys::MAX_RECORDS)?).ok();
    if let Some(template) = &template
        && template.grouping() == Grouping::LastOfKey
    {
        if max_records.is_some_and(|most| most > 1) {
            let name = settings.get(&keys::NAME_TEMPLATE).unwrap_or_default();
            let message = format!("When file.name.template is {name}, file.max.records must be either 1 or not set");
            problems.about(keys::MAX_RECORDS.spec.name, message);
        }
        if matches!(naming, Some(Naming::Prefix { .. })) {
            let message =
                "names objects by offsets, and file.name.template asks for one object per key: leave one of them out";
            problems.about(keys::OLD_PREFIX.spec.name, message);
        }
    }
    Some(AivenLayout {
        template: template?,
        naming: naming?,
        most_records: max_records.filter(|most| *most > 0),
        timestamp_source: keys::timestamp_source(&settings.get(&keys::TIMESTAMP_SOURCE)?)?,
        zone: zone::parse(&settings.get(&keys::TIMESTAMP_ZONE)?).ok()?,
    })
}

fn name_template(settings: &Settings, problems: &mut Problems) -> Option<NameTemplate> {
    let prefix = settings.get(&keys::PREFIX_TEMPLATE)?;
    let given = settings.get(&keys::NAME_TEMPLATE);
    let name = match &given {
        Some(name) => name.clone(),
        None => format!("{{{{topic}}}}-{{{{partition}}}}-{{{{start_offset}}}}{}", compression(settings)?.extension()),
    };
    let parsed =
        NameTemplate::parse(&template::with_lower_case_years(&prefix), &template::with_lower_case_years(&name));
    match parsed {
        Ok(template) => Some(template),
        Err(message) => {
            match &given {
                None => problems.wrong(keys::PREFIX_TEMPLATE.spec.name, &prefix, message),
                Some(name) if prefix.is_empty() => problems.wrong(keys::NAME_TEMPLATE.spec.name, name, message),
                Some(name) => {
                    let message = format!("{message} (with file.prefix.template={prefix} before it)");
                    problems.wrong(keys::NAME_TEMPLATE.spec.name, name, message);
                }
            }
            None
        }
    }
}

fn naming(settings: &Settings, problems: &mut Problems) -> Option<Naming> {
    let Some(text) = settings.get(&keys::OLD_PREFIX) else {
        return Some(Naming::Template);
    };
    match PrefixTemplate::parse(&template::with_lower_case_years(&text)) {
        Ok(prefix) => Some(Naming::Prefix { prefix, extension: compression(settings)?.extension() }),
        Err(message) => {
            problems.wrong(keys::OLD_PREFIX.spec.name, &text, message);
            None
        }
    }
}

fn format(settings: &Settings, problems: &mut Problems) -> Option<Format> {
    let fields = settings.get(&keys::OUTPUT_FIELDS)?;
    let fields: Vec<Field> = fields.iter().map(|name| keys::field(name)).collect::<Option<_>>()?;
    let row = match (settings.get(&keys::OUTPUT_ENVELOPE)?, fields.as_slice()) {
        (true, _) => Row::Envelope(Members::of(&fields)),
        (false, [field]) => Row::Bare(*field),
        (false, _) => {
            let message = "When format.output.envelope is false, format.output.fields must contain only one field";
            problems.about(keys::OUTPUT_FIELDS.spec.name, message);
            return None;
        }
    };
    let encoding = match settings.get(&keys::VALUE_ENCODING)?.as_str() {
        "base64" => Encoding::Base64,
        _ => Encoding::None,
    };
    let output_type = settings.get(&keys::OUTPUT_TYPE)?;
    match output_type.as_str() {
        "csv" => Some(Format::Csv(fields, encoding)),
        "json" => Some(Format::JsonArray(row)),
        "jsonl" => Some(Format::JsonRows(row)),
        "avro" | "parquet" => {
            problems.wrong(keys::OUTPUT_TYPE.spec.name, &output_type, "is not supported yet: give csv, json or jsonl");
            None
        }
        _ => None,
    }
}

/// What `aws.sts.config.endpoint` says by default, and what then means the region's own.
const GLOBAL_TOKEN_SERVICE: &str = "https://sts.amazonaws.com";

#[cfg(test)]
mod tests {
    use connect::config::{ConnectorConfig, RawConfig, Report};

    use super::*;
    use crate::aiven::TimestampSource;

    /// Builds from pairs, beside a bucket: the configuration, or its problems as texts.
    fn built(pairs: &[(&str, &str)]) -> Result<S3SinkConfig, Vec<String>> {
        let bucket = [("aws.s3.bucket.name", "b")];
        let raw: RawConfig =
            bucket.iter().chain(pairs).map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        let dialect = S3SinkConfig::DIALECTS.iter().find(|dialect| dialect.name == "Aiven").unwrap();
        let (mut problems, mut report) = (Problems::default(), Report::default());
        let settings = Settings::read(dialect.keys, &raw, &mut problems, &mut report);
        let config = S3SinkConfig::build(dialect, &settings, &mut problems);
        if problems.is_empty() {
            return Ok(config.expect("no problem, so a configuration"));
        }
        Err(problems.all().iter().map(ToString::to_string).collect())
    }

    fn aiven(config: &S3SinkConfig) -> &AivenLayout {
        match &config.layout {
            Layout::Aiven(layout) => layout,
            Layout::Confluent(_) => panic!("another dialect"),
        }
    }

    #[test]
    fn the_defaults_are_aivens() {
        let config = built(&[]).unwrap();
        assert_eq!(config.target.region, "us-east-1");
        assert!(!config.target.path_style);
        assert!(matches!(config.target.credentials, Credentials::DefaultChain));
        assert_eq!(config.target.retries.attempts, 4);
        assert_eq!(config.compression, Compression::Gzip(GzipLevel::DEFAULT));
        assert_eq!(config.format, Format::Csv(vec![Field::Value], Encoding::Base64));
        let template = NameTemplate::parse("", "{{topic}}-{{partition}}-{{start_offset}}.gz").unwrap();
        assert_eq!(aiven(&config).template, template);
        assert_eq!(aiven(&config).timestamp_source, TimestampSource::WallClock);
        assert_eq!(aiven(&config).most_records, None);
    }

    #[test]
    fn old_names_of_keys_mean_the_same() {
        let config = built(&[
            ("aws_access_key_id", "id"),
            ("aws_secret_access_key", "secret"),
            ("aws_s3_region", "eu-north-1"),
            ("aws_s3_endpoint", "http://localhost:9000"),
            ("aws_s3_prefix", "in/"),
            ("output_compression", "none"),
            ("output_fields", "key,VALUE"),
            ("timestamp.timezone", "+01:00"),
            ("timestamp.source", "event"),
            ("format.output.type", "jsonl"),
        ])
        .unwrap();
        assert!(matches!(&config.target.credentials, Credentials::Static(key) if key.id == "id"));
        assert_eq!(config.target.region, "eu-north-1");
        assert_eq!(config.target.endpoint.as_deref(), Some("http://localhost:9000"));
        assert!(config.target.path_style);
        assert_eq!(config.compression, Compression::None);
        assert_eq!(config.format, Format::JsonRows(Row::Envelope(Members::of(&[Field::Key, Field::Value]))));
        assert!(matches!(aiven(&config).naming, Naming::Prefix { extension: "", .. }));
        assert_eq!(aiven(&config).timestamp_source, TimestampSource::Event);
    }

    #[test]
    fn the_week_year_of_older_templates_is_read_as_the_year() {
        let name = "{{timestamp:unit=YYYY}}/{{topic}}-{{partition}}-{{start_offset}}";
        assert_eq!(
            aiven(&built(&[("file.name.template", name)]).unwrap()).template,
            NameTemplate::parse("", &name.replace("YYYY", "yyyy")).unwrap()
        );
    }

    #[test]
    fn a_prefix_stands_before_the_default_name_too() {
        let config = built(&[("file.prefix.template", "{{timestamp:unit=yyyy}}/")]).unwrap();
        let name = "{{topic}}-{{partition}}-{{start_offset}}.gz";
        assert_eq!(aiven(&config).template, NameTemplate::parse("{{timestamp:unit=yyyy}}/", name).unwrap());
    }

    #[test]
    fn a_role_is_assumed_with_all_that_it_asks_for() {
        let config = built(&[
            ("aws.sts.role.arn", "arn:aws:iam::123456789012:role/r"),
            ("aws.sts.role.session.name", "s"),
            ("aws.sts.role.external.id", "x"),
            ("aws.sts.config.endpoint", "https://sts.eu-north-1.amazonaws.com"),
            ("aws.s3.region", "eu-north-1"),
        ]);
        let Credentials::AssumeRole { role, base: None } = config.unwrap().target.credentials else {
            panic!("a role to assume");
        };
        assert_eq!((role.session_name.as_str(), role.external_id.as_deref()), ("s", Some("x")));
        assert_eq!(role.endpoint.as_deref(), Some("https://sts.eu-north-1.amazonaws.com"));
        assert_eq!(role.duration, Some(Duration::from_secs(3600)));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let problems = built(&[
            ("aws.access.key.id", "AKIA"),
            ("aws.credentials.provider", "org.example.MyProvider"),
            ("file.compression.type", "GZIP"),
            ("file.name.template", "{{topic}}"),
            ("format.output.envelope", "false"),
            ("format.output.fields", "key,value"),
            ("format.output.type", "parquet"),
        ])
        .unwrap_err();
        let all = problems.join("\n");
        for expected in [
            "aws.secret.access.key: is missing beside aws.access.key.id",
            "aws.credentials.provider=org.example.MyProvider: this class is not available here",
            "file.compression.type=GZIP: supported values are: 'none', 'gzip', 'snappy', 'zstd'",
            "file.name.template={{topic}}: unsupported set of template variables",
            "format.output.fields: When format.output.envelope is false",
        ] {
            assert!(all.contains(expected), "{expected} in:\n{all}");
        }
        assert!(!all.contains("AKIA"));
    }

    #[test]
    fn formats_to_come_are_refused_by_name() {
        let problems = built(&[("format.output.type", "avro")]).unwrap_err();
        assert_eq!(problems, ["format.output.type=avro: is not supported yet: give csv, json or jsonl"]);
    }

    #[test]
    fn one_object_per_key_takes_neither_a_limit_nor_the_old_naming() {
        let problems = built(&[("file.name.template", "{{key}}"), ("file.max.records", "2"), ("aws.s3.prefix", "in/")])
            .unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].ends_with("file.max.records must be either 1 or not set"));
        assert!(built(&[("file.name.template", "{{key}}"), ("file.max.records", "1")]).is_ok());
    }
}
