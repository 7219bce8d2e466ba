//! Lambda's side of the Runtime API, and the processes that speak to it.
//!
//! A [`Function`] says what to start, an [`Environment`] is one process of it behind its own Runtime API, and
//! [`Functions`] keeps as many of them as the concurrency allows, as Lambda does: started when first needed, used again
//! while warm, replaced after a crash or a timeout.
//! (AWS Lambda developer guide, "Lambda execution environment lifecycle" and "Using the Lambda runtime API".)

mod api;
mod environment;
mod error;
mod function;
mod functions;
mod output;

pub use environment::{Environment, Invoked};
pub use error::{FunctionError, InvokeError, StartError};
pub use function::Function;
pub use functions::Functions;
pub use output::Output;
