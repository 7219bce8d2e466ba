//! One schema for all items of a list or a map (`Values.SchemaMerger`).

use std::sync::Arc;

use crate::java::MILLISECONDS_PER_DAY;
use crate::{Schema, SchemaKind, Value};

/// A value does not fit the others of its list or map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unfit;

/// The schema that holds all values seen so far.
#[derive(Debug, Default)]
pub(super) enum CommonSchema {
    /// No value but nulls.
    #[default]
    Any,
    /// This one.
    Common(Arc<Schema>),
    /// There is none.
    None,
}

impl CommonSchema {
    /// Takes in one more value, and gives it back.
    pub(super) fn merge(&mut self, latest: Option<(Option<Arc<Schema>>, Value)>) -> Value {
        let Some((schema, value)) = latest else { return Value::Null };
        if let Some(schema) = schema {
            *self = match std::mem::replace(self, Self::None) {
                Self::Any => Self::Common(schema),
                Self::Common(common) => wider(common, schema).map_or(Self::None, Self::Common),
                Self::None => Self::None,
            };
        }
        value
    }

    pub(super) fn into_schema(self) -> Option<Arc<Schema>> {
        match self {
            Self::Common(schema) => Some(schema),
            Self::Any | Self::None => None,
        }
    }
}

/// The wider of two schemas: of two of one type the later, whatever its name; of two numbers the one with the larger range.
fn wider(previous: Arc<Schema>, latest: Arc<Schema>) -> Option<Arc<Schema>> {
    if std::mem::discriminant(&previous.kind) == std::mem::discriminant(&latest.kind) {
        return Some(latest);
    }
    let (before, after) = (width(&previous.kind)?, width(&latest.kind)?);
    Some(if before > after { previous } else { latest })
}

fn width(kind: &SchemaKind) -> Option<u8> {
    match kind {
        SchemaKind::Int8 => Some(0),
        SchemaKind::Int16 => Some(1),
        SchemaKind::Int32 => Some(2),
        SchemaKind::Int64 => Some(3),
        SchemaKind::Float32 => Some(4),
        SchemaKind::Float64 => Some(5),
        _ => None,
    }
}

/// Converts an item to the common schema (`Values.convertTo`).
#[expect(clippy::cast_possible_truncation, reason = "Java's casts: the lowest bits of an integer, the nearest float")]
#[expect(clippy::cast_precision_loss, reason = "the nearest float is meant")]
pub(super) fn align(schema: &Schema, value: Value) -> Result<Value, Unfit> {
    if value.is_null() {
        return Err(Unfit);
    }
    let name = schema.name.as_deref();
    Ok(match &schema.kind {
        SchemaKind::Int8 => Value::Int8(integer(&value)? as i8),
        SchemaKind::Int16 => Value::Int16(integer(&value)? as i16),
        SchemaKind::Int32 | SchemaKind::Int64 if name.is_some() && matches!(value, Value::Date(_)) => value,
        SchemaKind::Int32 => {
            let integer = i64::from(integer(&value)? as i32);
            match name {
                Some(Schema::DATE) => Value::Date(integer * MILLISECONDS_PER_DAY),
                Some(Schema::TIME) if !(0..=MILLISECONDS_PER_DAY).contains(&integer) => return Err(Unfit),
                Some(Schema::TIME) => Value::Date(integer),
                _ => Value::Int32(integer as i32),
            }
        }
        SchemaKind::Int64 if name == Some(Schema::TIMESTAMP) => Value::Date(integer(&value)?),
        SchemaKind::Int64 => Value::Int64(integer(&value)?),
        SchemaKind::Float32 => match value {
            Value::Float32(_) => value,
            _ => Value::Float32(integer(&value)? as f64 as f32),
        },
        SchemaKind::Float64 => match value {
            Value::Float64(_) => value,
            Value::Float32(single) => Value::Float64(single.into()),
            _ => Value::Float64(integer(&value)? as f64),
        },
        // Only values of the same type have these schemas in common.
        SchemaKind::Boolean
        | SchemaKind::String
        | SchemaKind::Bytes
        | SchemaKind::Array(_)
        | SchemaKind::Map(..)
        | SchemaKind::Struct(_) => value,
    })
}

fn integer(value: &Value) -> Result<i64, Unfit> {
    match value {
        Value::Int8(value) => Ok((*value).into()),
        Value::Int16(value) => Ok((*value).into()),
        Value::Int32(value) => Ok((*value).into()),
        Value::Int64(value) => Ok(*value),
        _ => Err(Unfit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(values: Vec<(Schema, Value)>) -> Option<Arc<Schema>> {
        let mut common = CommonSchema::default();
        for (schema, value) in values {
            common.merge(Some((Some(Arc::new(schema)), value)));
        }
        common.into_schema()
    }

    #[test]
    fn the_wider_number_wins_whatever_comes_first() {
        let small = || (Schema::new(SchemaKind::Int8), Value::Int8(1));
        let float = || (Schema::new(SchemaKind::Float32), Value::Float32(1.5));
        assert_eq!(merged(vec![small(), float()]).unwrap().kind, SchemaKind::Float32);
        assert_eq!(merged(vec![float(), small()]).unwrap().kind, SchemaKind::Float32);
        assert_eq!(merged(vec![small(), (Schema::new(SchemaKind::String), Value::Null), small()]), None);
    }

    #[test]
    fn an_integer_among_dates_counts_days() {
        let common = merged(vec![(Schema::new(SchemaKind::Int8), Value::Int8(2)), (Schema::date(), Value::Date(0))]);
        assert_eq!(align(&common.unwrap(), Value::Int8(2)), Ok(Value::Date(2 * MILLISECONDS_PER_DAY)));
        assert_eq!(align(&Schema::time(), Value::Int8(-1)), Err(Unfit));
        assert_eq!(align(&Schema::new(SchemaKind::Int32), Value::Date(0)), Err(Unfit));
    }
}
