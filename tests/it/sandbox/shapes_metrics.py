"""Drives the metrics of CloudWatch and the scans of ECR with boto3, for check_shapes.py."""

import json
import time
import urllib.request

from shapes import client, equal, refused


def metrics(endpoint):
    c = client("cloudwatch", endpoint)
    at = int(time.time()) // 60 * 60 - 600
    dimensions = [{"Name": "Api", "Value": "orders"}]
    metric = {"Namespace": "Acme", "MetricName": "Latency", "Dimensions": dimensions}
    one = lambda second, value: {"MetricName": "Latency", "Dimensions": dimensions, "Timestamp": at + second, "Value": value, "Unit": "Seconds"}
    c.put_metric_data(Namespace="Acme", MetricData=[one(1, 1.0), one(30, 2.0), one(61, 4.0)])
    c.put_metric_data(Namespace="Acme", MetricData=[
        {"MetricName": "Fine", "Values": [1.0, 2.0], "Counts": [3.0, 1.0], "Timestamp": at + 5, "StorageResolution": 1}])
    refused("InvalidParameterValue", c.put_metric_data, Namespace="AWS/Lambda", MetricData=[one(1, 1.0)])
    refused("InvalidParameterCombination", c.put_metric_data, Namespace="Acme", MetricData=[{"MetricName": "None"}])
    query = lambda name, stat, period=60, of=metric: {"Id": name, "MetricStat": {"Metric": of, "Period": period, "Stat": stat}}
    window = {"StartTime": at, "EndTime": at + 300}
    got = c.get_metric_data(**window, MetricDataQueries=[query("a", "Sum"), query("b", "p90"), query("c", "SampleCount", 300)])
    equal([r["Values"] for r in got["MetricDataResults"]], [[4.0, 3.0], [4.0, 2.0], [3.0]], "the newest first")
    equal([t.timestamp() for t in got["MetricDataResults"][0]["Timestamps"]], [at + 60, at], "times")
    fine = {"Namespace": "Acme", "MetricName": "Fine"}
    got = c.get_metric_data(**window, MetricDataQueries=[query("a", "Average", 5, fine), query("b", "Sum", 10)])
    equal([r["Values"] for r in got["MetricDataResults"]], [[1.25], []], "by the second, what was stored so")
    first = c.get_metric_data(**window, MetricDataQueries=[query("a", "Sum")], MaxDatapoints=1, ScanBy="TimestampAscending")
    equal((first["MetricDataResults"][0]["StatusCode"], first["MetricDataResults"][0]["Values"]), ("PartialData", [3.0]), "a page")
    last = c.get_metric_data(**window, MetricDataQueries=[query("a", "Sum")], MaxDatapoints=1, ScanBy="TimestampAscending",
                             NextToken=first["NextToken"])
    equal((last["MetricDataResults"][0]["Values"], "NextToken" in last), ([4.0], False), "the last page")
    refused("InvalidNextToken", c.get_metric_data, **window, MetricDataQueries=[query("a", "Sum")], NextToken="nonsense")
    refused("ValidationError", c.get_metric_data, **window, MetricDataQueries=[query("A", "Sum")])
    refused("ValidationError", c.get_metric_data, **window, MetricDataQueries=[query("a", "Sum"), query("a", "Sum")])
    refused("ValidationError", c.get_metric_data, StartTime=at, EndTime=at, MetricDataQueries=[query("a", "Sum")])
    equal(c.list_metrics(Namespace="Acme", MetricName="Latency")["Metrics"], [metric], "listed")
    equal(len(c.list_metrics(Namespace="Acme", RecentlyActive="PT3H")["Metrics"]), 2, "active")
    equal(c.list_metrics(Dimensions=[{"Name": "Api", "Value": "other"}])["Metrics"], [], "by dimension")
    equal(client("cloudwatch", endpoint, region="eu-west-1").list_metrics()["Metrics"], [], "another region")


def scans(endpoint):
    c = client("ecr", endpoint)
    of = {"repositoryName": "seeded", "imageId": {"imageTag": "v1"}}
    refused("ScanNotFoundException", c.describe_image_scan_findings, **of)
    refused("ImageNotFoundException", c.describe_image_scan_findings, repositoryName="seeded", imageId={"imageTag": "none"})
    told = {"account": "111111111111", "region": "us-east-1", "repository": "seeded", "tag": "v1"}

    def scanned(**more):
        body = json.dumps({**told, **more}).encode()
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_sandbox/scan", data=body, method="POST")).read()

    scanned(status="IN_PROGRESS")
    got = c.describe_image_scan_findings(**of)
    equal((got["imageScanStatus"]["status"], "imageScanFindings" in got), ("IN_PROGRESS", False), "under way")
    scanned(counts={"HIGH": 2, "LOW": 1})
    got = c.describe_image_scan_findings(**of, maxResults=2)
    equal(got["imageScanFindings"]["findingSeverityCounts"], {"HIGH": 2, "LOW": 1}, "counts")
    equal([f["severity"] for f in got["imageScanFindings"]["findings"]], ["HIGH", "HIGH"], "a page")
    got = c.describe_image_scan_findings(**of, maxResults=2, nextToken=got["nextToken"])
    equal([f["severity"] for f in got["imageScanFindings"]["findings"]], ["LOW"], "the next page")
