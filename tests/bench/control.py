"""The control: the same job as s3-sink's, as a careful Python developer would write it (orjson, gzip, boto3).

It speaks the Lambda Runtime API itself, over one kept connection: less work per invocation than AWS's own runtime client.
"""

import base64
import gzip
import http.client
import os

import boto3
import orjson
import zstandard
from botocore.config import Config

BUCKET = os.environ["BUCKET"]
COMPRESSION = os.environ["COMPRESSION"]
S3 = boto3.client(
    "s3",
    endpoint_url=os.environ["ENDPOINT"],
    region_name="us-east-1",
    config=Config(s3={"addressing_style": "path"}),
)
COMPRESS = {
    "none": lambda text: text,
    "gzip": lambda text: gzip.compress(text, 6),
    "zstd": lambda text: zstandard.compress(text, 3),
}[COMPRESSION]


def handler(event):
    for name, records in event["records"].items():
        lines = [orjson.dumps(orjson.loads(base64.b64decode(record["value"]))) for record in records]
        body = COMPRESS(b"\n".join(lines) + b"\n")
        key = f"control/{name}/{records[0]['offset']:010}.json"
        S3.put_object(Bucket=BUCKET, Key=key, Body=body, IfNoneMatch="*")
    return b"{}"


def main():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        response = api.getresponse()
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        answer = handler(orjson.loads(response.read()))
        api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", body=answer)
        api.getresponse().read()


main()
