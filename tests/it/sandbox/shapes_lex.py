"""Lex V2: drives its operations and checks the answers (see shapes.py)."""

import io
import json
import pathlib
import urllib.error
import urllib.request
import zipfile

from shapes import client, equal, not_there, problems, refused

ARCHIVES = pathlib.Path(__file__).parents[2] / "data" / "lex"
ROLE = "arn:aws:iam::111111111111:role/aws-service-role/lexv2.amazonaws.com/Bots"
PRIVACY = {"childDirected": False}
NOTHING = "AAAAAAAAAA"


def post(endpoint, path, body):
    request = urllib.request.Request(f"{endpoint}/_sandbox/{path}", data=json.dumps(body).encode(), method="POST")
    return json.load(urllib.request.urlopen(request))


def wait(endpoint):
    post(endpoint, "advance", {"seconds": 31})


def packed(folder):
    """A folder of the test archives as bytes of a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.json")):
            archive.write(path, path.relative_to(folder))
    return out.getvalue()


def fetched(lex, endpoint, **specification):
    """The files of an export."""
    made = lex.create_export(resourceSpecification=specification, fileFormat="LexJson")
    equal(made["exportStatus"], "InProgress", "a new export")
    equal("downloadUrl" in lex.describe_export(exportId=made["exportId"]), False, "URL of an export under way")
    wait(endpoint)
    done = lex.describe_export(exportId=made["exportId"])
    equal(done["exportStatus"], "Completed", "export")
    data = urllib.request.urlopen(done["downloadUrl"]).read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}, made["exportId"]


def imported(lex, endpoint, data, strategy="FailOnConflict", **specification):
    """What DescribeImport says when it has ended."""
    room = lex.create_upload_url()
    urllib.request.urlopen(urllib.request.Request(room["uploadUrl"], data=data, method="PUT"))
    started = lex.start_import(importId=room["importId"], resourceSpecification=specification, mergeStrategy=strategy)
    equal(started["importStatus"], "InProgress", "a new import")
    wait(endpoint)
    return lex.describe_import(importId=room["importId"])


def bot_of(name):
    return {"botImportSpecification": {"botName": name, "roleArn": ROLE, "dataPrivacy": PRIVACY,
                                       "botTags": {"team": "voice"},
                                       "testBotAliasTags": {"for": "tests"}}}


def built(lex, endpoint, bot, locales):
    for locale in locales:
        answer = lex.build_bot_locale(botId=bot, botVersion="DRAFT", localeId=locale)
        equal(answer["botLocaleStatus"], "Building", locale)
    wait(endpoint)
    for locale in locales:
        got = lex.describe_bot_locale(botId=bot, botVersion="DRAFT", localeId=locale)
        equal(got["botLocaleStatus"], "Built", locale)


def whole_bots(lex, endpoint):
    wait(endpoint)
    made = lex.create_bot(botName="Plain", roleArn=ROLE, dataPrivacy=PRIVACY, idleSessionTTLInSeconds=60,
                          description="A bot", botTags={"a": "b"}, testBotAliasTags={"c": "d"})
    equal((made["botStatus"], made["botTags"]), ("Creating", {"a": "b"}), "a new bot")
    bot = made["botId"]
    wait(endpoint)
    got = lex.describe_bot(botId=bot)
    equal((got["botStatus"], got["idleSessionTTLInSeconds"], got["description"]), ("Available", 60, "A bot"), "bot")
    refused("PreconditionFailedException", lex.create_bot, botName="Plain", roleArn=ROLE, dataPrivacy=PRIVACY,
            idleSessionTTLInSeconds=60)
    refused("ResourceNotFoundException", lex.describe_bot, botId=NOTHING)
    lex.update_bot(botId=bot, botName="Plainer", roleArn=ROLE, dataPrivacy=PRIVACY, idleSessionTTLInSeconds=90)
    refused("ConflictException", lex.delete_bot, botId=bot)
    wait(endpoint)
    got = lex.describe_bot(botId=bot)
    equal((got["botName"], "description" in got), ("Plainer", False), "updated bot")

    at = {"botId": bot, "botVersion": "DRAFT"}
    lex.create_bot_locale(**at, localeId="it_IT", nluIntentConfidenceThreshold=0.5, voiceSettings={"voiceId": "Bianca"})
    refused("PreconditionFailedException", lex.create_bot_locale, **at, localeId="it_IT", nluIntentConfidenceThreshold=0.5)
    lex.update_bot_locale(**at, localeId="it_IT", nluIntentConfidenceThreshold=0.7, description="Italian")
    got = lex.describe_bot_locale(**at, localeId="it_IT")
    equal((got["nluIntentConfidenceThreshold"], got["botLocaleStatus"], got["intentsCount"]), (0.7, "NotBuilt", 1), "locale")
    equal([one["localeId"] for one in lex.list_bot_locales(**at)["botLocaleSummaries"]], ["it_IT"], "locales")
    built(lex, endpoint, bot, ["it_IT"])
    refused("ResourceNotFoundException", lex.describe_bot_locale, **at, localeId="de_DE")
    lex.delete_bot_locale(**at, localeId="it_IT")
    equal(lex.list_bot_locales(**at)["botLocaleSummaries"], [], "locales that are left")
    lex.delete_bot(botId=bot)
    wait(endpoint)
    refused("ResourceNotFoundException", lex.describe_bot, botId=bot)


def versions_and_aliases(lex, endpoint):
    done = imported(lex, endpoint, packed(ARCHIVES / "multi_locale"), **bot_of("Bakery"))
    equal((done["importStatus"], done["importedResourceName"]), ("Completed", "Bakery"), "import")
    bot = done["importedResourceId"]
    locales = ["de_DE", "en_US", "es_US"]
    drafts = {locale: {"sourceBotVersion": "DRAFT"} for locale in locales}
    refused("PreconditionFailedException", lex.create_bot_version, botId=bot, botVersionLocaleSpecification=drafts)
    built(lex, endpoint, bot, locales)
    one = lex.create_bot_version(botId=bot, botVersionLocaleSpecification=drafts, description="First")
    equal((one["botVersion"], one["botStatus"]), ("1", "Versioning"), "first version")
    refused("PreconditionFailedException", lex.create_bot_alias, botId=bot, botAliasName="live", botVersion="1")
    wait(endpoint)
    equal(lex.describe_bot_version(botId=bot, botVersion="1")["botStatus"], "Available", "version")
    lex.create_bot_version(botId=bot, botVersionLocaleSpecification={"en_US": {"sourceBotVersion": "1"}})
    wait(endpoint)
    equal([v["botVersion"] for v in lex.list_bot_versions(botId=bot)["botVersionSummaries"]], ["DRAFT", "1", "2"], "versions")

    hook = {"en_US": {"enabled": True, "codeHookSpecification": {"lambdaCodeHook": {
        "lambdaARN": "arn:aws:lambda:us-east-1:111111111111:function:orders", "codeHookInterfaceVersion": "1.0"}}}}
    logs = {"textLogSettings": [{"enabled": True, "destination": {"cloudWatch": {
        "cloudWatchLogGroupArn": "arn:aws:logs:us-east-1:111111111111:log-group:lex", "logPrefix": "bakery"}}}]}
    alias = lex.create_bot_alias(botId=bot, botAliasName="live", botVersion="1", botAliasLocaleSettings=hook,
                                 conversationLogSettings=logs, sentimentAnalysisSettings={"detectSentiment": True},
                                 tags={"e": "f"})
    at = {"botId": bot, "botAliasId": alias["botAliasId"]}
    refused("ConflictException", lex.update_bot_alias, **at, botAliasName="live", botVersion="2")
    wait(endpoint)
    got = lex.describe_bot_alias(**at)
    equal((got["botVersion"], got["botAliasLocaleSettings"], got["conversationLogSettings"]), ("1", hook, logs), "alias")
    lex.update_bot_alias(**at, botAliasName="live", botVersion="2")
    got = lex.describe_bot_alias(**at)
    equal((got["botVersion"], "botAliasLocaleSettings" in got, "conversationLogSettings" in got), ("2", False, False), "replaced")
    equal([event["botVersion"] for event in got["botAliasHistoryEvents"]], ["1", "2"], "history of an alias")
    equal([a["botAliasId"] for a in lex.list_bot_aliases(botId=bot)["botAliasSummaries"]].count("TSTALIASID"), 1, "test alias")
    equal(lex.describe_bot_alias(botId=bot, botAliasId="TSTALIASID")["botVersion"], "DRAFT", "test alias")
    refused("ResourceNotFoundException", lex.describe_bot_alias, botId=bot, botAliasId=NOTHING)
    refused("PreconditionFailedException", lex.update_bot_alias, **at, botAliasName="live", botVersion="9")
    refused("PreconditionFailedException", lex.create_bot_alias, botId=bot, botAliasName="live", botVersion="2")

    post(endpoint, "lex/deactivate-version", {"bot": "Bakery", "version": 1})
    equal(lex.describe_bot_version(botId=bot, botVersion="1")["botStatus"], "Inactive", "inactive version")
    refused("PreconditionFailedException", lex.update_bot_alias, **at, botAliasName="live", botVersion="1")
    refused("PreconditionFailedException", lex.delete_bot_version, botId=bot, botVersion="2")
    lex.delete_bot_version(botId=bot, botVersion="1")
    refused("ResourceNotFoundException", lex.describe_bot_version, botId=bot, botVersion="1")
    post(endpoint, "lex/fail-build", {"bot": "Bakery", "locale": "en_US", "reasons": ["No."]})
    lex.build_bot_locale(botId=bot, botVersion="DRAFT", localeId="en_US")
    refused("ConflictException", lex.build_bot_locale, botId=bot, botVersion="DRAFT", localeId="en_US")
    wait(endpoint)
    got = lex.describe_bot_locale(botId=bot, botVersion="DRAFT", localeId="en_US")
    equal((got["botLocaleStatus"], got["failureReasons"]), ("Failed", ["No."]), "failed build")
    refused("PreconditionFailedException", lex.delete_bot, botId=bot)
    policies(lex, bot)
    tags(lex, bot, at["botAliasId"])
    lex.delete_bot_alias(**at)
    refused("ResourceNotFoundException", lex.describe_bot_alias, **at)
    lex.delete_bot(botId=bot, skipResourceInUseCheck=True)
    wait(endpoint)


def policies(lex, bot):
    arn = f"arn:aws:lex:us-east-1:111111111111:bot/{bot}"
    refused("ResourceNotFoundException", lex.describe_resource_policy, resourceArn=arn)
    add = {"resourceArn": arn, "statementId": "connect", "effect": "Allow", "action": ["lex:RecognizeText"],
           "principal": [{"service": "connect.amazonaws.com"}],
           "condition": {"StringEquals": {"AWS:SourceAccount": "111111111111"}}}
    first = lex.create_resource_policy_statement(**add)["revisionId"]
    refused("ConflictException", lex.create_resource_policy_statement, **add)
    got = lex.describe_resource_policy(resourceArn=arn)
    equal(json.loads(got["policy"])["Statement"][0]["Sid"], "connect", "statement")
    refused("PreconditionFailedException", lex.create_resource_policy, resourceArn=arn, policy=got["policy"])
    refused("PreconditionFailedException", lex.update_resource_policy, resourceArn=arn, policy=got["policy"], expectedRevisionId="77")
    second = lex.update_resource_policy(resourceArn=arn, policy=got["policy"], expectedRevisionId=first)["revisionId"]
    equal(int(second) > int(first), True, "revisions grow")
    refused("ResourceNotFoundException", lex.delete_resource_policy_statement, resourceArn=arn, statementId="other")
    lex.delete_resource_policy_statement(resourceArn=arn, statementId="connect")
    refused("ResourceNotFoundException", lex.delete_resource_policy, resourceArn=arn)
    lex.create_resource_policy(resourceArn=arn, policy=got["policy"])
    lex.delete_resource_policy(resourceArn=arn)
    refused("ResourceNotFoundException", lex.describe_resource_policy, resourceArn=arn)


def tags(lex, bot, alias):
    arn = f"arn:aws:lex:us-east-1:111111111111:bot/{bot}"
    equal(lex.list_tags_for_resource(resourceARN=arn)["tags"], {"team": "voice"}, "tags of an import")
    lex.tag_resource(resourceARN=arn, tags={"more": "yes"})
    lex.untag_resource(resourceARN=arn, tagKeys=["team"])
    equal(lex.list_tags_for_resource(resourceARN=arn)["tags"], {"more": "yes"}, "tags")
    arn = f"arn:aws:lex:us-east-1:111111111111:bot-alias/{bot}/"
    equal(lex.list_tags_for_resource(resourceARN=arn + alias)["tags"], {"e": "f"}, "tags of an alias")
    equal(lex.list_tags_for_resource(resourceARN=arn + "TSTALIASID")["tags"], {"for": "tests"}, "tags of the test alias")
    refused("ResourceNotFoundException", lex.list_tags_for_resource, resourceARN=arn + NOTHING)


def archives(lex, endpoint):
    for folder, name in [("multi_locale", "Bakery"), ("composite", "Insurance"), ("vocabulary", "Bistro")]:
        done = imported(lex, endpoint, packed(ARCHIVES / folder), **bot_of(name))
        bot = done["importedResourceId"]
        files, export = fetched(lex, endpoint, botExportSpecification={"botId": bot, "botVersion": "DRAFT"})
        sent = {str(path.relative_to(ARCHIVES / folder)): json.loads(path.read_text())
                for path in (ARCHIVES / folder).rglob("*.json")}
        equal(sorted(files), sorted(sent), f"files of {name}")
        ids = {body["identifier"]: files[path]["identifier"] for path, body in sent.items() if "identifier" in body}
        for path, body in sent.items():
            wanted = json.dumps(body)
            for old, new in ids.items():
                wanted = wanted.replace(f'"{old}"', f'"{new}"')
            wanted = json.loads(wanted)
            if path.endswith("/Bot.json"):
                wanted["version"] = "DRAFT"
            equal(files[path], wanted, f"{name}: {path}")
        listed = lex.list_exports(botId=bot, botVersion="DRAFT")["exportSummaries"]
        equal([one["exportId"] for one in listed], [export], "exports")
        lex.delete_export(exportId=export)
        refused("ResourceNotFoundException", lex.describe_export, exportId=export)
        refused("ResourceNotFoundException", lex.create_export, fileFormat="LexJson",
                resourceSpecification={"botExportSpecification": {"botId": bot, "botVersion": "4"}})
        failed = imported(lex, endpoint, packed(ARCHIVES / folder), **bot_of(name))
        equal((failed["importStatus"], len(failed["failureReasons"])), ("Failed", 1), "a conflict")
        equal(len(lex.list_imports(botId=bot)["importSummaries"]), 1, "imports")
    broken = imported(lex, endpoint, b"no archive", **bot_of("Broken"))
    equal(broken["failureReasons"], ["The file is not a ZIP archive."], "no archive")
    lex.delete_import(importId=broken["importId"])
    refused("ResourceNotFoundException", lex.describe_import, importId=broken["importId"])
    refused("ResourceNotFoundException", lex.start_import, importId=NOTHING, mergeStrategy="Overwrite",
            resourceSpecification=bot_of("Broken"))
    part = {"botId": bot, "botVersion": "DRAFT", "localeId": "en_US"}
    for name, shape in [("botLocale", "BotLocale"), ("customVocabulary", "CustomVocabulary")]:
        files, _ = fetched(lex, endpoint, **{f"{name}ExportSpecification": part})
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for path, body in files.items():
                archive.writestr(path, json.dumps(body))
        done = imported(lex, endpoint, data.getvalue(), "Append", **{f"{name}ImportSpecification": part})
        equal((done["importStatus"], done.get("importedResourceId")), ("Completed", "en_US"), shape)
        again, _ = fetched(lex, endpoint, **{f"{name}ExportSpecification": part})
        equal(again, files, f"{shape} as it was")
    not_there(lex.list_intents, **part)


def urls(lex, endpoint):
    room = lex.create_upload_url()
    def put(url, method="PUT"):
        try:
            return urllib.request.urlopen(urllib.request.Request(url, data=b"x", method=method)).status
        except urllib.error.HTTPError as error:
            return error.code
    equal(put(room["uploadUrl"].replace(room["importId"], NOTHING)), 403, "a URL that was changed")
    equal(put(room["uploadUrl"], "GET"), 403, "another method")
    equal(put(room["uploadUrl"]), 200, "upload")
    post(endpoint, "advance", {"seconds": 301})
    equal(put(room["uploadUrl"]), 403, "after five minutes")


def lex(endpoint):
    c = client("lexv2-models", endpoint)
    # Long enough for a slow machine to see what is under way; `wait` goes past both.
    post(endpoint, "switches", {"lex_async_ms": "30000", "lex_build_ms": "30000"})
    whole_bots(c, endpoint)
    versions_and_aliases(c, endpoint)
    archives(c, endpoint)
    urls(c, endpoint)
    other = client("lexv2-models", endpoint, region="eu-central-1")
    equal(other.list_bots()["botSummaries"], [], "another region")
    if not any(one["botName"] == "Bistro" for one in c.list_bots(sortBy={"attribute": "BotName", "order": "Descending"})["botSummaries"]):
        problems.append("the imported bot is not listed")
