//! The function: everything it does is in the library.

fn main() -> std::process::ExitCode {
    function::run::<s3_sink::S3Sink>()
}
