#!/usr/bin/env python3
"""A Lambda function in Python that speaks the Runtime API: it echoes, fails, dies or dawdles as the event's query says."""

import http.client
import json
import os
import sys
import time


def main() -> None:
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(method: str, path: str, body: bytes | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        connection.request(method, f"/2018-06-01/runtime/{path}", body)
        response = connection.getresponse()
        return response, response.read()

    if os.environ.get("FAIL_AT_START"):
        call("POST", "init/error", b'{"errorType":"Configuration","errorMessage":"no store"}')
        print("no store", file=sys.stderr)
        sys.exit(1)
    while True:
        response, event = call("GET", "invocation/next")
        invocation = response.headers["Lambda-Runtime-Aws-Request-Id"]
        if json.loads(event).get("source") == "aws.events":
            # What an enforcer says of a rollout with nothing to do.
            call("POST", f"invocation/{invocation}/response", b'{"end":"complete","failed":0}')
            continue
        query = json.loads(event).get("queryStringParameters") or {}
        mode = query.get("mode", "echo")
        if mode == "die":
            os._exit(3)
        if mode == "error":
            call("POST", f"invocation/{invocation}/error", b'{"errorType":"Broken","errorMessage":"x"}')
            continue
        if mode == "nonsense":
            call("POST", f"invocation/{invocation}/response", b'"not a proxy response"')
            continue
        if mode == "slow":
            time.sleep(float(query["seconds"]))
        told = {
            "event": json.loads(event),
            "environment": dict(os.environ),
            "process": os.getpid(),
            "deadline": int(response.headers["Lambda-Runtime-Deadline-Ms"]),
            "arn": response.headers["Lambda-Runtime-Invoked-Function-Arn"],
        }
        reply = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(told)}
        call("POST", f"invocation/{invocation}/response", json.dumps(reply).encode())


main()
