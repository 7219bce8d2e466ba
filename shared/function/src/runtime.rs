//! The invocation's body as bytes, before lambda_runtime parses it.
//!
//! lambda_runtime deserializes the body before the handler runs, at twice the cost of our own decoder, and where that
//! fails no record of the batch can be judged on its own. So a layer takes the body out first and leaves a `null`.

use std::cell::Cell;
use std::task::{Context, Poll};

use bytes::Bytes;
use lambda_runtime::{Error, LambdaInvocation, Service};
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static BODY: Cell<Bytes>;
}

/// Takes the body of the invocation that the calling task handles; empty the second time, and outside an invocation.
///
/// Whoever takes it frees it: 6 MB that nobody needs once the records are decoded.
pub(crate) fn take_body() -> Bytes {
    BODY.try_with(Cell::take).unwrap_or_default()
}

/// Keeps the body for [`take_body`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawBodyLayer;

impl<S> tower::Layer<S> for RawBodyLayer {
    type Service = RawBody<S>;

    fn layer(&self, inner: S) -> RawBody<S> {
        RawBody(inner)
    }
}

/// The service that [`RawBodyLayer`] makes.
#[derive(Debug, Clone)]
pub(crate) struct RawBody<S>(S);

impl<S> Service<LambdaInvocation> for RawBody<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    type Response = ();
    type Error = Error;
    type Future = TaskLocalFuture<Cell<Bytes>, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> Self::Future {
        let body = std::mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        BODY.scope(Cell::new(body), self.0.call(invocation))
    }
}
