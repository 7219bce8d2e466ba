//! From the start of the process to the first invocation.

use std::process::ExitCode;
use std::sync::Arc;

use connect::config::{Connector, ConnectorConfig};
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};

use crate::invocation::Function;
use crate::{Environment, Ordering, Sink, configuration, logging, runtime};

/// Says that the event source mapping has `ReportBatchItemFailures`: without it Lambda drops a partial batch response.
const REPORT_BATCH_ITEM_FAILURES: &str = "REPORT_BATCH_ITEM_FAILURES";

/// Runs a connector as a Lambda function until Lambda ends the process: a connector's whole `main`.
///
/// A configuration that is wrong fails the start: every problem is logged and reported to Lambda, and no record is
/// consumed.
pub fn run<S: Sink>() -> ExitCode {
    keep_freed_memory();
    logging::start(S::Config::FUNCTION);
    // One thread: a function has one vCPU up to 1,769 MB, and an invocation has it to itself.
    let executor = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(executor) => executor,
        Err(error) => {
            tracing::error!(%error, "the asynchronous runtime did not start");
            return ExitCode::FAILURE;
        }
    };
    executor.block_on(serve::<S>())
}

/// Makes glibc keep what a batch has freed for the next one, instead of giving it back to the kernel page by page: a third of
/// the CPU time of an uncompressed batch of small records.
///
/// glibc takes the size of a large block that is freed as the size from which on blocks are large, and keeps twice as much at
/// the end of the heap (`M_MMAP_THRESHOLD` in mallopt(3), "dynamic"). The block is never touched, so it costs no memory.
fn keep_freed_memory() {
    const LARGER_THAN_ANY_BLOCK_OF_A_BATCH: usize = 24 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGER_THAN_ANY_BLOCK_OF_A_BATCH)));
}

async fn serve<S: Sink>() -> ExitCode {
    let function = match start::<S>().await {
        Ok(function) => Arc::new(function),
        Err(failure) => {
            tracing::error!(error_type = failure.error_type, "{}", failure.error_message);
            report_failed_start(&failure).await;
            return ExitCode::FAILURE;
        }
    };
    let handler = service_fn(move |event: LambdaEvent<()>| {
        let function = Arc::clone(&function);
        async move { function.invoke(runtime::take_body(), &event.context).await }
    });
    match Runtime::new(handler).layer(runtime::RawBodyLayer).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the Lambda Runtime API is out of reach");
            ExitCode::FAILURE
        }
    }
}

async fn start<S: Sink>() -> Result<Function<S>, Diagnostic> {
    let failed =
        |error_type: &str, message: String| Diagnostic { error_type: error_type.to_owned(), error_message: message };
    let (mut connector, worker) =
        configuration::read().await.map_err(|error| failed("Configuration.Unreadable", error.to_string()))?;
    // Amazon MSK Connect keeps the name beside the connector's configuration, so a pasted one may have none.
    if !connector.contains_key("name")
        && let Ok(function) = std::env::var("AWS_LAMBDA_FUNCTION_NAME")
    {
        tracing::warn!("name is not set: the function's own name, {function}, stands in");
        connector.insert("name".to_owned(), function);
    }
    let Connector { dialect, framework, own, report } = connect::config::load::<S::Config>(&connector, &worker)
        .map_err(|invalid| failed("Configuration.Invalid", invalid.to_string()))?;
    for warning in &report.warnings {
        tracing::warn!(connector = framework.name, "{warning}");
    }
    let item_failures =
        std::env::var(REPORT_BATCH_ITEM_FAILURES).is_ok_and(|text| text.trim().eq_ignore_ascii_case("true"));
    if item_failures && S::ORDERING == Ordering::Ordered {
        let message = format!(
            "{REPORT_BATCH_ITEM_FAILURES}=true: {} writes in order, and item failures would let later records overtake; \
             remove ReportBatchItemFailures from the event source mapping and this variable",
            S::Config::FUNCTION
        );
        return Err(failed("Configuration.Invalid", message));
    }
    let environment = Environment { connector: framework.name.clone() };
    let sink = S::open(own, &environment).await.map_err(|error| failed("Start.Failed", error.to_string()))?;
    tracing::info!(connector = framework.name, dialect = dialect.name, "started");
    Ok(Function::new(sink, framework, item_failures))
}

/// Tells Lambda why the function cannot start, so that the reason stands in the invocation's own error.
///
/// Source: Lambda Runtime API, `POST /runtime/init/error`.
async fn report_failed_start(failure: &Diagnostic) {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return;
    }
    let body = serde_json::json!({ "errorType": failure.error_type, "errorMessage": failure.error_message });
    let request = http::Request::post("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", &failure.error_type)
        .body(lambda_runtime_api_client::body::Body::from(body.to_string()));
    let Ok(request) = request else { return };
    let client = lambda_runtime_api_client::Client::builder().build();
    let sent = match client {
        Ok(client) => client.call(request).await.map(drop),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = sent {
        tracing::warn!(%error, "the failed start could not be reported to Lambda");
    }
}
