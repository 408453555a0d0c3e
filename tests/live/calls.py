"""Calls to one Connect instance: paced, and with a list of what was made, so that it can be removed again."""

import sys
import time

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

# No answer to the question that was asked: who asks may not, or is to come back later.
NO_ANSWER = ("AccessDenied", "Throttling", "TooManyRequests", "InternalService", "LimitExceeded", "ServiceQuota",
             "ExpiredToken", "UnrecognizedClient", "InvalidActiveRegion", "NotImplemented", "UnknownOperation")
# Where something would be that was made by a call whose answer was lost: listing, items, removal, argument.
PLACES = [
    ("ListContactFlows", "ContactFlowSummaryList", "DeleteContactFlow", "ContactFlowId"),
    ("ListContactFlowModules", "ContactFlowModulesSummaryList", "DeleteContactFlowModule", "ContactFlowModuleId"),
    ("ListQueues", "QueueSummaryList", "DeleteQueue", "QueueId"),
    ("ListHoursOfOperations", "HoursOfOperationSummaryList", "DeleteHoursOfOperation", "HoursOfOperationId"),
    ("ListQuickConnects", "QuickConnectSummaryList", "DeleteQuickConnect", "QuickConnectId"),
    ("ListPrompts", "PromptSummaryList", "DeletePrompt", "PromptId"),
]


class Aws:
    """Calls to one instance: paced, throttled calls again, and a list of what was made."""

    def __init__(self, client, instance, rate, name, prompt_url):
        self.client, self.instance, self.rate, self.name = client, instance, rate, name
        self.prompt_url = prompt_url
        self.last, self.made, self.count = {}, [], 0

    def call(self, operation, **arguments):
        """Makes one call. Only what was throttled is sent again: nothing else here has a token."""
        if "InstanceId" in self.members(operation):
            arguments.setdefault("InstanceId", self.instance)
        for attempt in range(6):
            if self.rate:
                time.sleep(max(0.0, self.last.get(operation, 0) + 1 / self.rate - time.monotonic()))
                self.last[operation] = time.monotonic()
            self.count += 1
            try:
                return getattr(self.client, xform_name(operation))(**arguments)
            except ClientError as e:
                throttled = code(e).startswith(("Throttling", "TooManyRequests"))
                if not throttled or attempt == 5:
                    raise
                time.sleep(2 ** attempt)

    def members(self, operation):
        return self.client.meta.service_model.operation_model(operation).input_shape.members

    def pages(self, operation, member, **arguments):
        """Returns the items of all pages."""
        items, token = [], None
        while True:
            more = {"NextToken": token} if token else {}
            page = self.call(operation, **arguments, **more)
            items += page.get(member, [])
            token = page.get("NextToken")
            if not token:
                return items

    def takes(self, operation, **arguments):
        """Returns whether the call is taken, and the words for it. A refusal is an answer, what is in NO_ANSWER is not."""
        try:
            self.call(operation, **arguments)
            return True, f"{operation} was taken"
        except ClientError as e:
            if code(e).startswith(NO_ANSWER):
                raise
            return False, f"{operation} was refused: {code(e)}"

    def make(self, remove, key, operation, answer, **arguments):
        """Makes something, and remembers how it is removed. Returns its id."""
        made = self.call(operation, **arguments)[answer]
        self.made.append((remove, {key: made}))
        return made

    def gone(self, made):
        """Forgets what was removed already."""
        self.made = [(remove, which) for remove, which in self.made if made not in which.values()]

    def find_strays(self):
        """Adds what has the probe's name and is not known to have been made: its answer was lost."""
        known = {made for _, which in self.made for made in which.values()}
        for listing, items, remove, key in PLACES:
            try:
                found = self.pages(listing, items)
            except (ClientError, BotoCoreError) as e:
                print(f"cannot look for what may be left: {e}", file=sys.stderr)
                continue
            strays = [i["Id"] for i in found if (i.get("Name") or "").startswith(self.name) and i["Id"] not in known]
            self.made += [(remove, {key: stray}) for stray in strays]

    def remove_all(self):
        """Removes what was made, the last first; returns what is left, with why."""
        self.find_strays()
        while self.made:
            left = []
            for remove, which in reversed(self.made):
                try:
                    self.call(remove, **which)
                except ClientError as e:
                    if code(e) != "ResourceNotFoundException":
                        left.insert(0, (remove, which, code(e)))
                except BotoCoreError as e:
                    left.insert(0, (remove, which, str(e)))
            if len(left) == len(self.made):
                return left
            self.made = [(remove, which) for remove, which, _ in left]
        return []


def code(error):
    return error.response.get("Error", {}).get("Code", "")
