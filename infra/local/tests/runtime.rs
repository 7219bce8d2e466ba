//! Real processes behind the Runtime API.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod recorder;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use local::runtime::{Environment, Function, Functions, InvokeError, Output, StartError};
use recorder::Recorder;

const EVENT: &str = r#"{"eventSource":"aws:kafka","records":{"orders-0":[{"offset":7},{"offset":8}]}}"#;

fn event() -> Bytes {
    Bytes::from_static(EVENT.as_bytes())
}

#[tokio::test]
async fn an_environment_answers_one_invocation_after_the_other() {
    let recorder = Recorder::new();
    let mut environment = Environment::start(&recorder.function()).await.unwrap();
    assert!(environment.time_to_first_next() > Duration::ZERO);
    for _ in 0..3 {
        let invoked = environment.invoke(event()).await.unwrap();
        assert_eq!(invoked.answer.unwrap(), "null");
        assert_eq!(invoked.request_id.len(), 36);
    }
    assert_eq!(recorder.offsets()["orders-0"], [7, 8, 7, 8, 7, 8]);
    assert!(environment.is_alive());
    assert!(environment.stop().await.is_some());
}

#[tokio::test]
async fn an_event_of_six_megabytes_goes_through() {
    let recorder = Recorder::new();
    let mut environment = Environment::start(&recorder.function()).await.unwrap();
    let padding = "x".repeat(event::write::MAX_EVENT_BYTES - 24);
    let event = format!(r#"{{"records":{{}},"x":"{padding}"}}"#);
    assert!(environment.invoke(event.into()).await.unwrap().answer.is_ok());
}

#[tokio::test]
async fn a_functions_error_is_its_answer_and_the_environment_stays() {
    let recorder = Recorder::new();
    let mut environment = Environment::start(&recorder.failing_once("error")).await.unwrap();
    let error = environment.invoke(event()).await.unwrap().answer.unwrap_err();
    assert!(error.error_message.contains("told to fail"), "{error}");
    assert!(environment.invoke(event()).await.unwrap().answer.is_ok());
}

#[tokio::test]
async fn an_initialization_error_comes_with_the_functions_message() {
    let recorder = Recorder::new();
    let error = Environment::start(&recorder.failing_once("init-error")).await.unwrap_err();
    assert!(matches!(&error, StartError::Init(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "the function failed to initialize: ConfigException: flush.size: \"many\" is not a number"
    );
}

#[tokio::test]
async fn a_process_that_ends_during_initialization_is_an_error_with_its_status() {
    let recorder = Recorder::new();
    let error = Environment::start(&recorder.failing_once("init-exit")).await.unwrap_err();
    assert!(matches!(&error, StartError::Exited { status } if status.code() == Some(3)), "{error}");
}

#[tokio::test]
async fn a_missing_binary_is_named() {
    let error = Environment::start(&Function::new("/does/not/exist")).await.unwrap_err();
    assert!(error.to_string().contains("/does/not/exist"), "{error}");
}

#[tokio::test]
async fn a_crash_fails_the_invocation_and_the_next_one_has_a_new_process() {
    let recorder = Recorder::new();
    let functions = Functions::new(recorder.failing_once("crash"), 1);
    let error = functions.invoke(event()).await.unwrap_err();
    assert!(matches!(&error, InvokeError::Exited { status, .. } if status.code() == Some(9)), "{error}");
    assert!(functions.invoke(event()).await.unwrap().answer.is_ok());
    assert_eq!(recorder.offsets()["orders-0"], [7, 8]);
}

#[tokio::test]
async fn an_invocation_beyond_the_timeout_kills_the_process() {
    let recorder = Recorder::new();
    let function = recorder.failing_once("hang").timeout(Duration::from_millis(300));
    let mut environment = Environment::start(&function).await.unwrap();
    let error = environment.invoke(event()).await.unwrap_err();
    assert!(matches!(error, InvokeError::TimedOut { .. }), "{error}");
    assert!(!environment.is_alive());
    assert!(matches!(environment.invoke(event()).await, Err(InvokeError::Gone)));
}

#[tokio::test]
async fn a_process_does_not_outlive_its_environment_nor_does_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("function.sh");
    let marker = folder.path().join("child");
    std::fs::write(
        &script,
        format!("#!/bin/sh\nsleep 600 &\necho $! > {0}.new\nmv {0}.new {0}\nwait\n", marker.display()),
    )
    .unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();

    let start = tokio::spawn(async move { Environment::start(&Function::new(script)).await.map(drop) });
    let child = loop {
        match std::fs::read_to_string(&marker) {
            Ok(child) => break child,
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    start.abort();
    start.await.unwrap_err();
    let stat = format!("/proc/{}/stat", child.trim());
    let ended = async {
        while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the child has ended");
}

#[tokio::test]
async fn invocations_run_side_by_side_each_in_a_process_of_its_own() {
    let recorder = Recorder::new();
    let ready = Arc::new(tokio::sync::Semaphore::new(0));
    let started = Arc::clone(&ready);
    let output = Output::lines(move |_, line| {
        if line == b"recorder is ready" {
            started.add_permits(1);
        }
    });
    let functions = Arc::new(Functions::new(recorder.function().variable("FAULT", "hang").output(output), 2));
    let invocations: Vec<_> = (0..2)
        .map(|_| {
            let functions = Arc::clone(&functions);
            tokio::spawn(async move { functions.invoke(event()).await })
        })
        .collect();
    // Neither answers: the second process started beside the first one.
    let _both = ready.acquire_many(2).await.unwrap();
    for invocation in invocations {
        invocation.abort();
        assert!(invocation.await.unwrap_err().is_cancelled());
    }
}

#[tokio::test]
async fn what_the_process_prints_is_passed_on() {
    let recorder = Recorder::new();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&lines);
    let output = Output::lines(move |label, line| {
        taken.lock().unwrap().push(format!("{label}: {}", String::from_utf8_lossy(line)));
    });
    let mut environment = Environment::start(&recorder.function().output(output)).await.unwrap();
    environment.invoke(event()).await.unwrap().answer.unwrap();
    environment.stop().await;
    while lines.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let lines = lines.lock().unwrap();
    assert!(lines[0].starts_with("recorder-") && lines[0].ends_with(": recorder is ready"), "{lines:?}");
}
