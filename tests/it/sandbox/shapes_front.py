"""Drives CloudFront with boto3, for check_shapes.py: a distribution with a bucket behind it, and its invalidations."""

from shapes import client, equal, problems, refused

FRONT = "E2BOTO"


def required(shape, value, where):
    """XML answers are parsed leniently: what the model says is always there is looked for here."""
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                problems.append(f"{where} lacks {name}")
        for name, inner in value.items():
            if name in shape.members:
                required(shape.members[name], inner, f"{where}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            required(shape.member, inner, where)


def front(endpoint):
    c = client("cloudfront", endpoint)

    def asked(operation, member, **arguments):
        answer = getattr(c, operation)(**arguments)
        model = c.meta.service_model.operation_model(c.meta.method_to_api_mapping[operation])
        required(model.output_shape.members[member], answer[member], operation)
        return answer[member]

    one = asked("get_distribution", "Distribution", Id=FRONT)
    origin = one["DistributionConfig"]["Origins"]["Items"][0]
    equal((origin["DomainName"], one["DistributionConfig"]["Enabled"]),
          ("acme-store.s3.us-east-1.amazonaws.com", True), "distribution")
    equal(one["ARN"], f"arn:aws:cloudfront::111111111111:distribution/{FRONT}", "ARN")
    listed = asked("list_distributions", "DistributionList")
    equal([each["Id"] for each in listed["Items"]], [FRONT], "distributions")
    refused("NoSuchDistribution", c.get_distribution, Id="ENONE")

    def batch(reference, *paths, quantity=None):
        quantity = len(paths) if quantity is None else quantity
        return {"DistributionId": FRONT, "InvalidationBatch": {
            "CallerReference": reference, "Paths": {"Quantity": quantity, "Items": list(paths)}}}

    made = asked("create_invalidation", "Invalidation", **batch("one", "/a.html", "/b%20c/*"))
    equal(made["InvalidationBatch"]["Paths"]["Items"], ["/a.html", "/b%20c/*"], "paths")
    again = asked("create_invalidation", "Invalidation", **batch("one", "/a.html", "/b%20c/*"))
    equal(again["Id"], made["Id"], "the same reference and paths")
    refused("InvalidArgument", c.create_invalidation, **batch("one", "/other.html"))
    refused("InvalidArgument", c.create_invalidation, **batch("two", "no-slash"))
    refused("InconsistentQuantities", c.create_invalidation, **batch("three", "/a", quantity=2))
    refused("TooManyInvalidationsInProgress", c.create_invalidation, **batch("four", *[f"/{n}*" for n in range(16)]))
    got = asked("get_invalidation", "Invalidation", DistributionId=FRONT, Id=made["Id"])
    equal(got["Status"] in ("InProgress", "Completed"), True, "status")
    listed = asked("list_invalidations", "InvalidationList", DistributionId=FRONT)
    equal([each["Id"] for each in listed["Items"]], [made["Id"]], "invalidations")
    refused("NoSuchInvalidation", c.get_invalidation, DistributionId=FRONT, Id="INONE")
    refused("NoSuchDistribution", c.list_invalidations, DistributionId="ENONE")
