//! Fields of a record's value by name.

use connect::{Exception, Schema, SinkRecord, Value};

/// A field's name; dots lead into nested structs: `user.address.city`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName {
    name: String,
    path: Vec<String>,
}

static NULL: Value = Value::Null;

/// A field's value, with its schema where it has one.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldValue<'v> {
    pub(super) schema: Option<&'v Schema>,
    pub(super) value: &'v Value,
}

impl FieldName {
    /// A field of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), path: name.split('.').map(str::to_owned).collect() }
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Finds the field in a record's value and hands it to `read`.
    ///
    /// A null on the way is a null. JSON without a schema leaves null fields out as often as not, so there a missing field
    /// is a null too; a struct whose schema lacks the field is an error, as in Kafka Connect. A null whose field has a
    /// default is that default (`Struct.get`).
    ///
    /// # Errors
    /// A `DataException` where the value has no fields or its schema lacks this one; and what `read` gives.
    pub(super) fn read<T>(
        &self,
        record: &SinkRecord<'_>,
        read: impl FnOnce(FieldValue<'_>) -> Result<T, Exception>,
    ) -> Result<T, Exception> {
        let Some(schema) = record.value.schema() else {
            let value = record.value.field(&self.path)?;
            return read(FieldValue { schema: None, value: value.as_deref().unwrap_or(&NULL) });
        };
        let value = record.value.value()?;
        let mut found = FieldValue { schema: Some(schema), value: &value };
        for name in &self.path {
            found = self.step(found, name)?;
        }
        read(found)
    }

    fn step<'v>(&self, outer: FieldValue<'v>, name: &str) -> Result<FieldValue<'v>, Exception> {
        match outer.value {
            Value::Null => Ok(FieldValue { schema: None, value: &NULL }),
            Value::Map(_) => Ok(FieldValue { schema: None, value: outer.value.get(name).unwrap_or(&NULL) }),
            Value::Struct(fields) => {
                let declared = fields.schema.fields().and_then(|declared| declared.find(name));
                let (Some((_, field)), Some(value)) = (declared, fields.get(name)) else {
                    return Err(Exception::data(format!("the value's schema has no field {}", self.name)));
                };
                let value = match &field.schema.default {
                    Some(default) if value.is_null() => default,
                    _ => value,
                };
                Ok(FieldValue { schema: Some(&field.schema), value })
            }
            _ => Err(Exception::data(format!(
                "the field {} cannot be read: the value is neither a struct nor a JSON object",
                self.name
            ))),
        }
    }
}
