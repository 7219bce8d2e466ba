//! `lambda-connect-local`: the local event source mapping on the command line.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use command::{demo, invoke, run, s3, terminal::Terminal};

/// What AWS runs between Kafka and a Lambda function, on this machine: real Kafka in, real function processes out
#[derive(Parser)]
#[command(name = "lambda-connect-local", version, max_term_width = 120, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  See a sink at work, with nothing installed:
    lambda-connect-local demo

  Try a configuration: a local S3, and an event from a file
    lambda-connect-local s3
    lambda-connect-local invoke --function target/debug/s3-sink \\
      --connector-config connector.json events/msk/orders.json

  Deliver a real topic:
    lambda-connect-local run --bootstrap-servers localhost:9092 --topic orders \\
      --function target/debug/s3-sink --connector-config connector.json

`lambda-connect-local COMMAND --help` says more.";

#[derive(Subcommand)]
enum Command {
    Run(Box<run::Arguments>),
    Invoke(invoke::Arguments),
    S3(s3::Arguments),
    Demo(demo::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = Terminal::new();
    terminal.take_logs();
    let done = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        let done = runtime.block_on(async {
            match arguments.command {
                Command::Run(arguments) => run::run(*arguments, &terminal).await,
                Command::Invoke(arguments) => invoke::run(arguments, &terminal).await,
                Command::S3(arguments) => s3::run(arguments, &terminal).await,
                Command::Demo(arguments) => demo::run(arguments, &terminal).await,
            }
        });
        // A thread that still waits for Kafka does not hold the end up.
        runtime.shutdown_background();
        done
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.line(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
