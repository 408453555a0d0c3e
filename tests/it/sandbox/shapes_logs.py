"""Drives CloudWatch Logs, alarms and IAM with boto3, for check_shapes.py."""

import time

from shapes import client, equal, refused


def logs(endpoint):
    c = client("logs", endpoint)
    c.create_log_group(logGroupName="/ecs/api")
    refused("ResourceAlreadyExistsException", c.create_log_group, logGroupName="/ecs/api")
    refused("InvalidParameterException", c.create_log_group, logGroupName="no blanks")
    group = {"logGroupName": "/ecs/api"}
    at = {**group, "logStreamName": "api/1"}
    c.create_log_stream(**at)
    refused("ResourceAlreadyExistsException", c.create_log_stream, **at)
    refused("InvalidParameterException", c.create_log_stream, **group, logStreamName="a:b")
    refused("ResourceNotFoundException", c.create_log_stream, logGroupName="none", logStreamName="x")
    now = int(time.time() * 1000)
    events = [{"timestamp": now + n, "message": f"line {n}"} for n in range(25)]
    c.put_log_events(**at, logEvents=events)
    refused("ResourceNotFoundException", c.put_log_events, **group, logStreamName="none", logEvents=events)
    refused("InvalidParameterException", c.put_log_events, **at, logEvents=events[::-1])
    refused("InvalidParameterException", c.put_log_events, **at, logEvents=[{"timestamp": now - 90_000_000, "message": "x"}, events[0]])
    hour = 3_600_000
    told = c.put_log_events(**at, logEvents=[{"timestamp": now - 15 * 24 * hour, "message": "old"}])["rejectedLogEventsInfo"]
    equal(told, {"tooOldLogEventEndIndex": 1}, "too old")
    told = c.put_log_events(**at, logEvents=[{"timestamp": now + 3 * hour, "message": "new"}])["rejectedLogEventsInfo"]
    equal(told, {"tooNewLogEventStartIndex": 0}, "too new")
    got = c.get_log_events(**at, limit=10)
    equal([one["message"] for one in got["events"]], [f"line {n}" for n in range(15, 25)], "the latest")
    more = c.get_log_events(**at, limit=10, nextToken=got["nextBackwardToken"])
    equal([one["message"] for one in more["events"]], [f"line {n}" for n in range(5, 15)], "the ones before")
    end = c.get_log_events(**at, nextToken=got["nextForwardToken"])
    equal((end["events"], end["nextForwardToken"]), ([], got["nextForwardToken"]), "the end has the same token")
    c.put_log_events(**at, logEvents=[{"timestamp": now + 30, "message": "later"}])
    end = c.get_log_events(**at, nextToken=got["nextForwardToken"])
    equal([one["message"] for one in end["events"]], ["later"], "what came since")
    found, token = [], None
    while True:
        got = c.get_log_events(**at, limit=7, startFromHead=True, **({"nextToken": token} if token else {}))
        found += [one["message"] for one in got["events"]]
        if got["nextForwardToken"] == token:
            break
        token = got["nextForwardToken"]
    equal(found, [f"line {n}" for n in range(25)] + ["later"], "from the head")
    got = c.get_log_events(**at, startFromHead=True, startTime=now + 3, endTime=now + 5)["events"]
    equal([one["message"] for one in got], ["line 3", "line 4"], "by time")
    refused("InvalidParameterException", c.get_log_events, **at, nextToken="nonsense")
    refused("ResourceNotFoundException", c.get_log_events, **group, logStreamName="none")
    refused("ResourceNotFoundException", c.get_log_events, logGroupName="none", logStreamName="none")
    c.create_log_stream(**group, logStreamName="api/2")
    c.put_log_events(**group, logStreamName="api/2", logEvents=[{"timestamp": now + 7, "message": "ERROR line 1"}])
    names = [one["logStreamName"] for one in c.describe_log_streams(**group)["logStreams"]]
    equal(names, ["api/1", "api/2"], "streams by name")
    names = [one["logStreamName"] for one in c.describe_log_streams(**group, orderBy="LastEventTime", descending=True)["logStreams"]]
    equal(names, ["api/1", "api/2"], "streams by time")
    names = [one["logStreamName"] for one in c.describe_log_streams(**group, logStreamNamePrefix="api/2", limit=1)["logStreams"]]
    equal(names, ["api/2"], "streams by prefix")
    refused("InvalidParameterException", c.describe_log_streams, **group, logStreamNamePrefix="a", orderBy="LastEventTime")
    refused("ResourceNotFoundException", c.describe_log_streams, logGroupName="none")
    texts = lambda **more: [one["message"] for one in c.filter_log_events(**group, **more)["events"]]
    equal(texts(filterPattern="ERROR"), ["ERROR line 1"], "filtered")
    equal(texts(filterPattern='"line 1" -ERROR', startTime=now, endTime=now + 2), ["line 1"], "filtered more")
    equal(texts(logStreamNames=["api/2"]), ["ERROR line 1"], "of one stream")
    equal(texts(logStreamNamePrefix="api/", startTime=now + 7, endTime=now + 8), ["line 7", "ERROR line 1"], "merged by time")
    pages = c.get_paginator("filter_log_events").paginate(**group, PaginationConfig={"PageSize": 10})
    equal(sum(len(page["events"]) for page in pages), 27, "pages")
    refused("ResourceNotFoundException", c.filter_log_events, logGroupName="none")
    c.create_log_group(logGroupName="/ecs/other")
    groups = lambda **more: [one["logGroupName"] for one in c.describe_log_groups(**more)["logGroups"]]
    equal(groups(), ["/ecs/api", "/ecs/other", "/seeded"], "groups")
    equal(groups(logGroupNamePrefix="/ecs/"), ["/ecs/api", "/ecs/other"], "groups by prefix")
    equal(groups(logGroupNamePattern="API"), ["/ecs/api"], "groups by pattern")
    refused("InvalidParameterException", c.describe_log_groups, logGroupNamePattern="a", logGroupNamePrefix="a")
    equal(client("logs", endpoint, region="eu-central-1").describe_log_groups()["logGroups"], [], "another region")
    c.delete_log_group(**group)
    refused("ResourceNotFoundException", c.delete_log_group, **group)


ALARM = {"AlarmName": "api-5xx", "MetricName": "HTTPCode_Target_5XX_Count", "Namespace": "AWS/ApplicationELB", "Statistic": "Sum",
         "Dimensions": [{"Name": "LoadBalancer", "Value": "app/web/1"}], "Period": 60, "EvaluationPeriods": 2, "Threshold": 5.5,
         "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"}


def alarms(endpoint):
    c = client("cloudwatch", endpoint)
    names = lambda **more: [one["AlarmName"] for one in c.describe_alarms(**more)["MetricAlarms"]]
    c.put_metric_alarm(**ALARM, AlarmActions=["arn:aws:sns:us-east-1:111111111111:ops"])
    got = c.describe_alarms(AlarmNames=["api-5xx", "none"])["MetricAlarms"]
    equal([(one["StateValue"], one["Threshold"], one["ActionsEnabled"]) for one in got], [("INSUFFICIENT_DATA", 5.5, True)], "new")
    c.set_alarm_state(AlarmName="api-5xx", StateValue="ALARM", StateReason="by hand", StateReasonData='{"a": 1}')
    c.put_metric_alarm(**{**ALARM, "Threshold": 7})
    got = c.describe_alarms(AlarmNames=["api-5xx"])["MetricAlarms"][0]
    equal((got["StateValue"], got["StateReason"], got["Threshold"], got["AlarmActions"]), ("ALARM", "by hand", 7, []), "updated")
    refused("ResourceNotFound", c.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="x")
    refused("InvalidFormat", c.set_alarm_state, AlarmName="api-5xx", StateValue="OK", StateReason="x", StateReasonData="{")
    refused("ValidationError", c.set_alarm_state, AlarmName="api-5xx", StateValue="GREEN", StateReason="x")
    without = lambda *names: {key: value for key, value in ALARM.items() if key not in names}
    refused("ValidationError", c.put_metric_alarm, **without("MetricName"))
    refused("ValidationError", c.put_metric_alarm, **without("Statistic"))
    refused("ValidationError", c.put_metric_alarm, **without("Threshold"))
    refused("ValidationError", c.put_metric_alarm, **{**ALARM, "ComparisonOperator": "Equals"})
    query = [{"Id": "e", "Expression": "m1/m2"}, *({"Id": f"m{n}", "ReturnData": False, "MetricStat": {
        "Metric": {"Namespace": "Acme", "MetricName": name}, "Period": 60, "Stat": "Sum"}} for n, name in ((1, "Bad"), (2, "All")))]
    c.put_metric_alarm(AlarmName="math", Metrics=query, EvaluationPeriods=1, Threshold=0.1, ComparisonOperator="GreaterThanThreshold")
    equal(c.describe_alarms(AlarmNames=["math"])["MetricAlarms"][0]["Metrics"], query, "metrics")
    equal(names(StateValue="ALARM"), ["api-5xx", "seeded"], "firing")
    equal(names(AlarmNamePrefix="api"), ["api-5xx"], "by prefix")
    refused("ValidationError", c.describe_alarms, AlarmNamePrefix="api", AlarmNames=["math"])
    equal(names(AlarmTypes=["CompositeAlarm"]), [], "no composite alarms")
    first = c.describe_alarms(MaxRecords=2)
    equal([one["AlarmName"] for one in first["MetricAlarms"]], ["api-5xx", "math"], "a page")
    equal(names(NextToken=first["NextToken"]), ["seeded"], "the next page")
    refused("InvalidNextToken", c.describe_alarms, NextToken="nonsense")
    equal(client("cloudwatch", endpoint, "222222222222").describe_alarms()["MetricAlarms"], [], "another account")
    c.delete_alarms(AlarmNames=["math", "none"])
    equal(names(), ["api-5xx", "seeded"], "deleted")


def roles(endpoint):
    c = client("iam", endpoint)
    role = c.get_role(RoleName="snapdeploy")["Role"]
    equal((role["Arn"], role["Path"]), ("arn:aws:iam::111111111111:role/snapdeploy", "/"), "role")
    equal(role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"], {"StringEquals": {"sts:ExternalId": "shared secret"}}, "trust")
    equal(c.get_role(RoleName="tasks")["Role"]["Path"], "/service/", "path")
    refused("NoSuchEntity", c.get_role, RoleName="none")
