//! The Runtime API over HTTP, for one execution environment.
//! (AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes", version 2018-06-01.)

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{Response, StatusCode};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::FunctionError;

/// The largest answer that Lambda takes from a function that was invoked synchronously.
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

/// What a function answers an invocation with.
pub(super) type Answer = Result<Bytes, FunctionError>;

/// An event on its way to the function.
pub(super) struct Invocation {
    pub(super) request_id: String,
    pub(super) event: Bytes,
    pub(super) timeout: Duration,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// A Runtime API on a port of its own. Dropping it closes the port.
#[derive(Debug)]
pub(super) struct Api {
    /// Host and port, as a function finds them in `AWS_LAMBDA_RUNTIME_API`.
    pub(super) address: String,
    /// When the function first asked for an event, or why it never will.
    pub(super) ready: oneshot::Receiver<Result<Instant, FunctionError>>,
    invocations: mpsc::Sender<Invocation>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Api {
    pub(super) async fn listen(function_arn: String) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (invocations, waiting) = mpsc::channel(1);
        let (ready_sender, ready) = oneshot::channel();
        let exchange = Arc::new(Exchange {
            function_arn,
            waiting: tokio::sync::Mutex::new(waiting),
            in_flight: Mutex::new(None),
            ready: Mutex::new(Some(ready_sender)),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .layer(DefaultBodyLimit::max(LARGEST_ANSWER))
            .with_state(exchange);
        // Small answers would otherwise wait for the peer's delayed acknowledgement. A socket that refuses still works.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, ready, invocations, server })
    }

    /// Hands an event over; the function takes it with its next request. False if the API is gone.
    pub(super) async fn hand_over(&self, invocation: Invocation) -> bool {
        self.invocations.send(invocation).await.is_ok()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Exchange {
    function_arn: String,
    waiting: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    in_flight: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    ready: Mutex<Option<oneshot::Sender<Result<Instant, FunctionError>>>>,
}

impl Exchange {
    fn report_ready(&self, outcome: Result<Instant, FunctionError>) {
        if let Some(sender) = self.ready.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Nobody listens any more: the environment gave up on this process.
            sender.send(outcome).ok();
        }
    }

    fn answer(&self, request_id: &str, answer: Answer) -> Response<Body> {
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        match in_flight.take_if(|(current, _)| current == request_id) {
            Some((_, sender)) => {
                sender.send(answer).ok();
                status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
            }
            None => status(
                StatusCode::BAD_REQUEST,
                r#"{"errorType":"InvalidRequestID","errorMessage":"no such invocation is in flight"}"#,
            ),
        }
    }
}

async fn next(State(exchange): State<Arc<Exchange>>) -> Response<Body> {
    exchange.report_ready(Ok(Instant::now()));
    let Some(invocation) = exchange.waiting.lock().await.recv().await else {
        return status(StatusCode::GONE, r#"{"errorType":"Gone","errorMessage":"the environment was shut down"}"#);
    };
    let deadline = SystemTime::now() + invocation.timeout;
    let deadline = deadline.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let answer = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", invocation.request_id.as_str())
        .header("lambda-runtime-deadline-ms", deadline.to_string())
        .header("lambda-runtime-invoked-function-arn", exchange.function_arn.as_str())
        .header("lambda-runtime-trace-id", trace_id())
        .body(Body::from(invocation.event));
    let Ok(answer) = answer else {
        return status(StatusCode::INTERNAL_SERVER_ERROR, r#"{"errorType":"InvalidHeader"}"#);
    };
    *exchange.in_flight.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((invocation.request_id, invocation.answer));
    answer
}

async fn response(
    State(exchange): State<Arc<Exchange>>,
    Path(request_id): Path<String>,
    body: Bytes,
) -> Response<Body> {
    exchange.answer(&request_id, Ok(body))
}

async fn error(State(exchange): State<Arc<Exchange>>, Path(request_id): Path<String>, body: Bytes) -> Response<Body> {
    exchange.answer(&request_id, Err(FunctionError::from_body(&body)))
}

async fn init_error(State(exchange): State<Arc<Exchange>>, body: Bytes) -> Response<Body> {
    exchange.report_ready(Err(FunctionError::from_body(&body)));
    status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn status(code: StatusCode, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = code;
    response
}

/// An X-Ray trace header of a request that is not sampled.
fn trace_id() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    format!("Root=1-{seconds:08x}-{:024x};Parent={:016x};Sampled=0", fastrand::u128(..) >> 32, fastrand::u64(..))
}
