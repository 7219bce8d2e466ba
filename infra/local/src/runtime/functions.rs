//! Execution environments, as many as the concurrency allows.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{Environment, Function, InvokeError, Invoked, StartError};

/// A function with its execution environments.
///
/// Invocations up to the concurrency run side by side, each in an environment of its own; more wait. An environment is
/// started when none is idle, and used again while it is warm. One that crashed or timed out is not used again.
#[derive(Debug)]
pub struct Functions {
    function: Function,
    concurrency: usize,
    slots: Semaphore,
    idle: Mutex<Vec<Environment>>,
}

impl Functions {
    /// Environments of `function`, at most `concurrency` (at least one) at a time.
    pub fn new(function: Function, concurrency: usize) -> Self {
        let concurrency = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Self { function, concurrency, slots: Semaphore::new(concurrency), idle: Mutex::new(Vec::new()) }
    }

    /// The function.
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// How many invocations run side by side.
    pub fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// Starts one environment ahead of the first invocation, unless one is idle.
    pub async fn warm_up(&self) -> Result<(), StartError> {
        let environment = match self.take_idle() {
            Some(environment) => environment,
            None => Environment::start(&self.function).await?,
        };
        self.put_back(environment);
        Ok(())
    }

    /// Invokes the function in an idle environment, or in a new one; see [`Environment::invoke`].
    pub async fn invoke(&self, event: Bytes) -> Result<Invoked, InvokeError> {
        let Ok(_slot) = self.slots.acquire().await else { return Err(InvokeError::Gone) };
        let mut environment = match self.take_idle() {
            Some(environment) => environment,
            None => Environment::start(&self.function).await?,
        };
        let invoked = environment.invoke(event).await?;
        self.put_back(environment);
        Ok(invoked)
    }

    fn put_back(&self, environment: Environment) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(environment);
    }

    /// The last one used that is still alive: one that ended while idle fails no invocation.
    fn take_idle(&self) -> Option<Environment> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find_map(|mut environment| environment.is_alive().then_some(environment))
    }
}
