//! Whether a value has the form that its schema says (`ConnectSchema.validateValue`).

use std::sync::Arc;

use crate::{Exception, Schema, SchemaKind, Struct, Value};

impl Value {
    /// The Java class that Kafka Connect holds such a value in, as its exceptions print it.
    #[must_use]
    pub fn java_class(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "class java.lang.Boolean",
            Self::Int8(_) => "class java.lang.Byte",
            Self::Int16(_) => "class java.lang.Short",
            Self::Int32(_) => "class java.lang.Integer",
            Self::Int64(_) => "class java.lang.Long",
            Self::Float32(_) => "class java.lang.Float",
            Self::Float64(_) => "class java.lang.Double",
            Self::String(_) => "class java.lang.String",
            Self::Bytes(_) => "class [B",
            Self::Decimal(_) => "class java.math.BigDecimal",
            Self::Date(_) => "class java.util.Date",
            Self::Array(_) => "class java.util.ArrayList",
            Self::Map(_) => "class java.util.HashMap",
            Self::Struct(_) => "class org.apache.kafka.connect.data.Struct",
        }
    }
}

impl Schema {
    /// Checks that a value has this schema, down to its innermost parts.
    ///
    /// # Errors
    /// A `DataException` that says where it has not.
    pub fn validate(&self, value: &Value) -> Result<(), Exception> {
        self.validate_at(value, &|| "value".to_owned())
    }

    /// As [`Schema::validate`] for the value of a struct's field.
    ///
    /// # Errors
    /// A `DataException` that names the field.
    pub fn validate_field(&self, field: &str, value: &Value) -> Result<(), Exception> {
        self.validate_at(value, &|| format!("field: \"{field}\""))
    }

    fn validate_at(&self, value: &Value, location: &dyn Fn() -> String) -> Result<(), Exception> {
        if value.is_null() {
            if self.optional {
                return Ok(());
            }
            let (location, kind) = (location(), self.kind.type_name());
            return Err(Exception::data(format!(
                "Invalid value: null used for required {location}, schema type: {kind}"
            )));
        }
        if !self.expects(value) {
            let name = self.name.as_ref().map_or_else(String::new, |name| format!(" \"{name}\""));
            let (kind, class, location) = (self.kind.type_name(), value.java_class(), location());
            return Err(Exception::data(format!(
                "Invalid Java object for schema{name} with type {kind}: {class} for {location}"
            )));
        }
        let no_schema = |part: String| Exception::data(format!("No schema defined for {part}"));
        match (&self.kind, value) {
            (SchemaKind::Struct(_), Value::Struct(value)) => {
                if *value.schema != *self {
                    return Err(Exception::data("Struct schemas do not match."));
                }
                value.validate()
            }
            (SchemaKind::Array(schema), Value::Array(items)) => {
                let part = || format!("element of array {}", location());
                let schema = schema.as_ref().ok_or_else(|| no_schema(part()))?;
                items.iter().try_for_each(|item| schema.validate_at(item, &part))
            }
            (SchemaKind::Map(keys, values), Value::Map(entries)) => {
                let (key_part, value_part) =
                    (|| format!("key of map {}", location()), || format!("value of map {}", location()));
                let keys = keys.as_ref().ok_or_else(|| no_schema(key_part()))?;
                let values = values.as_ref().ok_or_else(|| no_schema(value_part()))?;
                entries.iter().try_for_each(|(key, value)| {
                    keys.validate_at(key, &key_part)?;
                    values.validate_at(value, &value_part)
                })
            }
            (SchemaKind::Struct(_) | SchemaKind::Array(_) | SchemaKind::Map(..), _) => {
                // A logical type's name on a type that it does not go with: the value is the logical type's.
                Err(Exception::new(crate::class::CLASS_CAST, value.java_class()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the value is of the type that the schema's name, or else its kind, stands for.
    fn expects(&self, value: &Value) -> bool {
        match self.name.as_deref() {
            Some(Self::DECIMAL) => return matches!(value, Value::Decimal(_)),
            Some(Self::DATE | Self::TIME | Self::TIMESTAMP) => return matches!(value, Value::Date(_)),
            _ => {}
        }
        matches!(
            (&self.kind, value),
            (SchemaKind::Int8, Value::Int8(_))
                | (SchemaKind::Int16, Value::Int16(_))
                | (SchemaKind::Int32, Value::Int32(_))
                | (SchemaKind::Int64, Value::Int64(_))
                | (SchemaKind::Float32, Value::Float32(_))
                | (SchemaKind::Float64, Value::Float64(_))
                | (SchemaKind::Boolean, Value::Boolean(_))
                | (SchemaKind::String, Value::String(_))
                | (SchemaKind::Bytes, Value::Bytes(_))
                | (SchemaKind::Array(_), Value::Array(_))
                | (SchemaKind::Map(..), Value::Map(_))
                | (SchemaKind::Struct(_), Value::Struct(_))
        )
    }
}

impl Struct {
    /// A struct without values.
    #[must_use]
    pub fn new(schema: Arc<Schema>) -> Self {
        let count = schema.fields().map_or(0, |fields| fields.all().len());
        Self { schema, values: vec![Value::Null; count] }
    }

    /// Checks all fields (`Struct.validate`). A null may stand for a default.
    ///
    /// # Errors
    /// A `DataException` that names the first field whose value has not its schema.
    pub fn validate(&self) -> Result<(), Exception> {
        let fields = self.schema.fields().map_or(&[][..], |fields| fields.all());
        for (field, value) in fields.iter().zip(&self.values) {
            let is_absent = value.is_null() && (field.schema.optional || field.schema.default.is_some());
            if !is_absent {
                field.schema.validate_field(&field.name, value)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<(), Exception>) -> String {
        result.unwrap_err().message
    }

    #[test]
    fn a_null_needs_an_optional_schema() {
        let schema = Schema::new(SchemaKind::Int32);
        assert_eq!(
            message(schema.validate(&Value::Null)),
            "Invalid value: null used for required value, schema type: INT32"
        );
        assert_eq!(schema.optional().validate(&Value::Null), Ok(()));
    }

    #[test]
    fn the_place_is_named() {
        let items = Schema::new(SchemaKind::Array(Some(Arc::new(Schema::new(SchemaKind::String)))));
        let value = Value::Array(vec![Value::Int8(1)]);
        assert_eq!(
            message(items.validate_field("tags", &value)),
            "Invalid Java object for schema with type STRING: class java.lang.Byte for element of array field: \"tags\""
        );
    }

    #[test]
    fn a_logical_name_says_the_type() {
        let date = Schema::date();
        assert_eq!(date.validate(&Value::Date(0)), Ok(()));
        assert!(message(date.validate(&Value::Int32(0))).contains("schema \"org.apache.kafka.connect.data.Date\""));
    }

    #[test]
    fn a_struct_is_checked_field_by_field() {
        let mut fields = crate::Fields::default();
        fields.push("id", Arc::new(Schema::new(SchemaKind::Int64))).unwrap();
        let schema = Arc::new(Schema::new(SchemaKind::Struct(fields)));
        let mut value = Struct::new(Arc::clone(&schema));
        assert_eq!(
            message(schema.validate(&Value::Struct(Box::new(value.clone())))),
            "Invalid value: null used for required field: \"id\", schema type: INT64"
        );
        value.values = vec![Value::Int64(1)];
        assert_eq!(schema.validate(&Value::Struct(Box::new(value))), Ok(()));
    }
}
