//! What goes out as an object of JavaScript: an event's detail, a resume record, a request's body.
//!
//! All of them are lists of names and values, written by one serialiser. In the page a struct with a derived one costs 1 KB
//! each, and serde-wasm-bindgen keeps a hash table of the names of structs' fields.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// Names and values, each name once, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(Vec<(&'static str, Datum)>);

/// A value in an [`Object`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// Its name is left out as well.
    Absent,
    /// A string.
    Text(Cow<'static, str>),
    /// A boolean.
    Flag(bool),
    /// A number.
    Count(u32),
    /// Milliseconds since the Unix epoch.
    Time(u64),
    /// An object.
    Object(Object),
    /// A list of objects.
    List(Vec<Object>),
}

impl Object {
    /// The object with this value under `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Datum>) -> Self {
        self.set(name, value);
        self
    }

    /// Puts a value under `name`, in place of the one before.
    pub fn set(&mut self, name: &'static str, value: impl Into<Datum>) {
        self.put(name, value.into());
    }

    fn put(&mut self, name: &'static str, value: Datum) {
        if let Some(at) = self.0.iter().position(|it| it.0 == name) {
            self.0.remove(at);
        }
        if !matches!(value, Datum::Absent) {
            self.0.push((name, value));
        }
    }

    /// The value under `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.0.iter().find(|it| it.0 == name).map(|it| &it.1)
    }

    /// The string under `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let Datum::Text(text) = self.get(name)? else {
            return None;
        };
        Some(text)
    }

    /// The boolean under `name`.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        let Datum::Flag(flag) = self.get(name)? else {
            return None;
        };
        Some(*flag)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|it| (it.0, &it.1)))
    }
}

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Count(count) => serializer.serialize_u32(*count),
            Self::Time(ms) => {
                // What JavaScript has: a u64 would bring the code that tells of one that is too large.
                #[expect(clippy::cast_precision_loss, reason = "below 2^53 for 285 000 years")]
                let ms = *ms as f64;
                serializer.serialize_f64(ms)
            }
            Self::Object(object) => object.serialize(serializer),
            Self::List(objects) => serializer.collect_seq(objects),
        }
    }
}

impl From<&'static str> for Datum {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<bool> for Datum {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u32> for Datum {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl From<Object> for Datum {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Vec<Object>> for Datum {
    fn from(objects: Vec<Object>) -> Self {
        Self::List(objects)
    }
}

impl<T: Into<Self>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}
