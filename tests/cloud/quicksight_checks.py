"""Everything that can be said against a copy of dashboard.yaml without asking AWS, beside what cfn-lint says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.cloud import quicksight_references as references
from tests.cloud import service_model

from athena_federation.errors import FederationError
from athena_federation.spill import PREFIX
from slackanalytics.cloud import quicksight_permissions as permissions
from slackanalytics.cloud.intrinsics import NO_VALUE, evaluated
from slackanalytics.cloud.quicksight import Place
from slackanalytics.cloud.roster_upload import COLUMNS

KINDS = ("DataSource", "DataSet", "RefreshSchedule", "Theme", "Dashboard")
POST = {"active": "distinct_countIf({employee}, {is_active} = 'true')", "provisioned": "distinct_count({employee})"}
"""The calculated fields of the post from which the dashboard comes, blanks aside."""
NO_OPERATIONS = frozenset({"PassDataSet", "PassDataSource", "QueryDashboard", "QueryAnalysis"})
"""Permissions that are no operations of the API."""
SETS: Mapping[str, list[tuple[str, ...]]] = {
    "DataSource": [permissions.DATA_SOURCE_OWNER],
    "DataSet": [permissions.DATA_SET_OWNER],
    "Theme": [permissions.THEME_OWNER, permissions.THEME_READER],
    "Dashboard": [permissions.DASHBOARD_OWNER, permissions.DASHBOARD_READER],
}
TYPES = {
    "varchar": "STRING", "date": "DATETIME", "bigint": "INTEGER", "integer": "INTEGER", "double": "DECIMAL",
    "boolean": "BIT",
}  # fmt: skip
BOOLEANS = {"is_guest", "is_billable_seat", "is_active"}
ACCOUNT, REGION = "111122223333", "eu-central-1"
PLACE = Place(
    account=ACCOUNT,
    region=REGION,
    owner=f"arn:aws:quicksight:{REGION}:{ACCOUNT}:user/default/ada",
    reader=f"arn:aws:quicksight:{REGION}:{ACCOUNT}:group/default/readers",
)
ACCESS = (
    ("lambda:InvokeFunction", ":function:${LambdaFunctionName}"),
    ("athena:StartQueryExecution", ":workgroup/${AthenaWorkGroup}"),
    ("athena:StopQueryExecution", ":workgroup/${AthenaWorkGroup}"),
    ("athena:GetQueryExecution", ":workgroup/${AthenaWorkGroup}"),
    ("athena:BatchGetQueryExecution", ":workgroup/${AthenaWorkGroup}"),
    ("athena:GetQueryResults", ":workgroup/${AthenaWorkGroup}"),
    ("athena:GetQueryResultsStream", ":workgroup/${AthenaWorkGroup}"),
    ("athena:GetWorkGroup", ":workgroup/${AthenaWorkGroup}"),
    *((f"athena:{name}", f":datacatalog/{catalog}")
      for name in ("GetDataCatalog", "ListDatabases", "GetDatabase", "ListTableMetadata", "GetTableMetadata")
      for catalog in ("${AthenaCatalog}", "AwsDataCatalog")),
    ("athena:ListWorkGroups", "*"),
    ("athena:ListDataCatalogs", "*"),
    *((f"s3:{name}", "${ResultsBucket}/${ResultsPrefix}/*")
      for name in ("GetObject", "PutObject", "AbortMultipartUpload", "ListMultipartUploadParts")),
    *((f"s3:{name}", f"s3:::{bucket}")
      for name in ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads")
      for bucket in ("${SpillBucket}", "${ResultsBucket}", "${HrBucket}")),
    ("s3:GetObject", "${SpillBucket}/${SpillPrefix}/*"),
    ("s3:GetObject", "${HrBucket}/${HrPrefix}/*"),
    ("s3:GetObject", "${RosterBucket.Arn}/${HrPrefix}/*"),
    *((f"glue:{name}", place)
      for name in ("GetDatabase", "GetDatabases", "GetTable", "GetTables", "GetPartitions")
      for place in (":catalog", ":database/${HrDatabase}", ":table/${HrDatabase}/${HrTable}")),
    ("kms:Decrypt", "KmsKeyArn"),
    ("kms:GenerateDataKey", "KmsKeyArn"),
)  # fmt: skip
"""What QuickSight's role must be allowed, and the end of a resource on which."""
TRUST = [
    {
        "Effect": "Allow",
        "Principal": {"Service": "quicksight.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
]
FORMATS = (
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
)
OF_THE_BUCKET = [{"Fn::GetAtt": ["RosterBucket", "Arn"]}, {"Fn::Sub": "${RosterBucket.Arn}/*"}]
THEMES = {"CLASSIC", "MIDNIGHT", "SEASIDE", "RAINIER"}


def problems(template: Mapping[str, Any]) -> list[str]:
    """All that is wrong with a template."""
    wrong = list(_names(template))
    resources = {
        value["Type"].rsplit("::", 1)[-1]: value
        for value in template["Resources"].values()
        if "QuickSight" in value["Type"]
    }
    wrong += [f"there is no {kind}" for kind in KINDS if kind not in resources]
    for reader in (PLACE.reader, ""):
        try:
            requests = {kind: _request(value, reader) for kind, value in resources.items()}
        except KeyError as error:
            wrong.append(f"{error} is neither a parameter nor a resource")
            continue
        if not [text for text in wrong if text.startswith("there is no")]:
            wrong += _requests(requests) if reader else _permissions(requests)
            shared = 2 if reader else 1
            wrong += [
                f"{kind}: shared wrongly"
                for kind in ("Theme", "Dashboard")
                if len(requests[kind].get("Permissions", [])) != shared
            ]
    wrong += [*_conditions(template), *_defaults(template), *_outputs(template)]
    return sorted({*wrong, *_roster(template), *_table(template), *_access(template)})


def _request(resource: Mapping[str, Any], reader: str) -> dict[str, Any]:
    names = PLACE.names() | {
        "QuickSightReaderArn": reader,
        "QuickSightRole.Arn": f"arn:aws:iam::{ACCOUNT}:role/quicksight",
    }
    conditions = {"HasReader": bool(reader), "Imports": True, "MakesRole": True}
    found: dict[str, Any] = evaluated(resource["Properties"], names, conditions)
    if "Schedule" in found:
        frequency = dict(found["Schedule"]["ScheduleFrequency"])
        if "TimeZone" in frequency:
            frequency["Timezone"] = frequency.pop("TimeZone")
        found = {**found, "Schedule": {**found["Schedule"], "ScheduleFrequency": frequency}}
    return found


def _requests(requests: dict[str, dict[str, Any]]) -> Iterator[str]:
    shape = [text for kind in KINDS for text in service_model.problems("quicksight", f"Create{kind}", requests[kind])]
    yield from shape
    yield from _permissions(requests)
    yield from _arns(requests)
    if shape:
        return  # what is shaped otherwise cannot be followed
    made = references.data_set(requests["DataSet"], BOOLEANS)
    yield from made.problems
    yield from _statements(requests["DataSet"])
    yield from references.Definition(requests["Dashboard"]["Definition"], dict(made.columns), BOOLEANS).problems()
    yield from _measures(requests["Dashboard"]["Definition"])


def _measures(definition: Any) -> Iterator[str]:
    said = {each["Name"]: re.sub(r"\s", "", each["Expression"]) for each in definition["CalculatedFields"]}
    for name, text in POST.items():
        if said.get(name) != re.sub(r"\s", "", text):
            yield f"{name} is not {text}"
    scoped = {
        str(name)
        for group in definition["FilterGroups"]
        if "provisioned" in str(group["Filters"])
        for names in references.found(group, "VisualIds")
        for name in names
    }
    for sheet in definition["Sheets"]:
        for visual in sheet["Visuals"]:
            for item in visual.values():
                if "'ColumnName': 'department'" in str(item) and item["VisualId"] not in scoped:
                    yield f"{item['VisualId']} shows departments of fewer than five people"


def _permissions(requests: dict[str, dict[str, Any]]) -> Iterator[str]:
    operations = {*service_model.model("quicksight").operation_names, *NO_OPERATIONS}
    for kind, sets in SETS.items():
        for number, grant in enumerate(requests[kind].get("Permissions", [])):
            actions = [str(action) for action in grant.get("Actions", [])]
            for action in actions:
                service, _, operation = action.partition(":")
                if service != "quicksight" or operation not in operations:
                    yield f"{kind}: there is no action {action}"
            if number < len(sets) and {f"quicksight:{name}" for name in sets[number]} != set(actions):
                yield f"{kind}: the permissions of {grant.get('Principal')} are not a whole predefined set"
        if not requests[kind].get("Permissions"):
            yield f"{kind}: nobody owns it"


def _arns(requests: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Each ARN names an asset of ours, by the identity that it is made with."""
    base = f"arn:aws:quicksight:{REGION}:{ACCOUNT}"
    ours = {
        "DataSourceArn": f"{base}:datasource/{requests['DataSource'].get('DataSourceId')}",
        "DataSetArn": f"{base}:dataset/{requests['DataSet'].get('DataSetId')}",
        "ThemeArn": f"{base}:theme/{requests['Theme'].get('ThemeId')}",
    }
    for request in requests.values():
        for key, value in references.walk(request):
            if key in ours and value != ours[key]:
                yield f"{key} {value} is not one of ours"
            if key == "AwsAccountId" and value != ACCOUNT:
                yield f"{key} {value}"
    if not requests["DataSource"]["DataSourceParameters"]["AthenaParameters"].get("RoleArn"):
        yield "QuickSight asks with the account-wide role"
    if requests["Theme"].get("BaseThemeId") not in THEMES:
        yield f"there is no theme {requests['Theme'].get('BaseThemeId')}"
    if requests["RefreshSchedule"].get("DataSetId") != requests["DataSet"].get("DataSetId"):
        yield "the refresh is of another data set"


@cache
def _typed(sql: str) -> tuple[tuple[str, str], ...] | str:
    """The columns that a statement gives, as the local engine types it; or why it gives none."""
    import pyarrow as pa

    from slackanalytics.database import connect

    with connect(source="demo") as database:
        database.register(
            "awsdatacatalog.slackanalytics_hr.hr_dataset",
            pa.table({name: pa.array([], pa.string()) for name in COLUMNS}),
        )
        try:
            plan = database.explain(sql)
        except FederationError as error:
            return str(error)
        return tuple((name, str(kind)) for name, kind in plan.statement.columns)


def _statements(request: Mapping[str, Any]) -> Iterator[str]:
    for name, table in request["PhysicalTableMap"].items():
        statement = table.get("CustomSql", {})
        given = _typed(statement.get("SqlQuery", ""))
        if isinstance(given, str):
            yield f"{name}: {given}"
            continue
        declared = tuple((column["Name"], column["Type"]) for column in statement.get("Columns", []))
        if declared != tuple((column, TYPES.get(kind, kind)) for column, kind in given):
            yield f"{name}: declares {declared}, and the statement gives {given}"


def _names(template: Mapping[str, Any]) -> Iterator[str]:
    """Each reference of the template leads somewhere, each parameter and condition is used."""
    known = {*template["Parameters"], *template["Resources"]}
    used: set[str] = set()
    for part in ("Conditions", "Resources", "Outputs"):
        yield from _names_in(template[part], known, set(template["Conditions"]), used)
    for name in set(template["Parameters"]) - used:
        yield f"parameter {name} is used nowhere"
    for resource in template["Resources"].values():
        after = resource.get("DependsOn")
        if after and after not in template["Resources"]:
            yield f"there is nothing called {after} to come after"
        if (condition := resource.get("Condition")) and condition not in template["Conditions"]:
            yield f"there is no condition {condition}"


def _names_in(tree: Any, known: set[str], conditions: set[str], used: set[str]) -> Iterator[str]:
    for key, value in references.walk(tree):
        names: list[str] = []
        own: set[str] = set()
        match key, value:
            case "Ref", str():
                names = [value]
            case "Fn::GetAtt", [resource, *_]:
                names = [resource]
            case "Fn::Sub", str():
                names = re.findall(r"\$\{([^}!]+)\}", value)
            case "Fn::Sub", [text, given]:
                names, own = re.findall(r"\$\{([^}!]+)\}", text), set(given)
            case "Fn::If", [condition, *_] if condition not in conditions:
                yield f"there is no condition {condition}"
        for name in names:
            plain = name.split(".")[0]
            used.add(plain)
            if plain not in known | own and not plain.startswith("AWS::"):
                yield f"{plain} is neither a parameter nor a resource"


GIVEN = {
    "HasReader": ("QuickSightReaderArn", "", "arn:aws:quicksight:eu-central-1:111122223333:group/default/readers"),
    "HasKey": ("KmsKeyArn", "", "arn:aws:kms:eu-central-1:111122223333:key/1"),
    "Imports": ("ImportMode", "DIRECT_QUERY", "SPICE"),
    "MakesBucket": ("HrBucket", "mine", ""),
    "MakesRole": ("QuickSightRoleArn", "arn:aws:iam::111122223333:role/mine", ""),
}
"""Condition -> a parameter, a value with which it does not hold, and one with which it does."""


def _conditions(template: Mapping[str, Any]) -> Iterator[str]:
    """Each condition holds when it should."""
    for name, condition in template["Conditions"].items():
        parameter, wrong, right = GIVEN.get(name, ("", "", ""))
        if not parameter:
            yield f"condition {name} is not known here"
        elif [_holds(condition, {parameter: value}) for value in (wrong, right)] != [False, True]:
            yield f"condition {name} does not hold when it should"


def _holds(condition: Any, values: Mapping[str, str]) -> bool:
    match condition:
        case {"Fn::Not": [inner]}:
            return not _holds(inner, values)
        case {"Fn::Equals": [{"Ref": name}, str(text)]}:
            return values.get(name) == text
    return False


def _defaults(template: Mapping[str, Any]) -> Iterator[str]:
    """What a parameter is when nobody says so is what everything else takes it to be."""
    expected = {
        "AthenaCatalog": PLACE.catalog, "AthenaWorkGroup": PLACE.workgroup, "DashboardPrefix": PLACE.prefix,
        "DashboardTitle": PLACE.title, "DashboardDays": PLACE.days, "ImportMode": PLACE.import_mode,
        "RefreshTime": PLACE.refresh_time, "RefreshTimeZone": PLACE.refresh_zone, "HrDatabase": PLACE.hr_database,
        "HrTable": PLACE.hr_table, "SpillPrefix": PREFIX, **dict.fromkeys(("QuickSightReaderArn", "KmsKeyArn", "HrBucket", "QuickSightRoleArn"), ""),
    }  # fmt: skip
    for name, default in expected.items():
        parameter = template["Parameters"].get(name, {})
        if parameter.get("Default") != default:
            yield f"parameter {name} is {parameter.get('Default')!r} by default, not {default!r}"
        pattern = parameter.get("AllowedPattern")
        if pattern and not re.fullmatch(pattern, str(default)):
            yield f"parameter {name} does not allow its own default"
    for name, value in (("QuickSightOwnerArn", PLACE.owner), ("QuickSightReaderArn", PLACE.reader)):
        if not re.fullmatch(template["Parameters"].get(name, {}).get("AllowedPattern", ".*"), value):
            yield f"parameter {name} does not allow {value}"


def _outputs(template: Mapping[str, Any]) -> Iterator[str]:
    """What `deploy` relies on is told, and true."""
    resources, outputs = template["Resources"], template["Outputs"]
    for output, resource, member in (
        ("DataSetId", "MembersDataSet", "DataSetId"),
        ("DashboardId", "AdoptionDashboard", "DashboardId"),
    ):
        told = outputs.get(output, {}).get("Value")
        if told != resources.get(resource, {}).get("Properties", {}).get(member):
            yield f"output {output} is not the {member} of {resource}"
    if "RosterLocation" not in outputs:
        yield "nobody tells where the roster goes"


def _roster(template: Mapping[str, Any]) -> Iterator[str]:
    """The bucket is closed, and the table reads what is put there."""
    resources = template["Resources"]
    bucket, policy = resources["RosterBucket"], resources["RosterBucketPolicy"]["Properties"]
    properties = bucket["Properties"]
    if bucket.get("DeletionPolicy") != "Retain" or bucket.get("UpdateReplacePolicy") != "Retain":
        yield "the roster's bucket goes with the stack"
    if (
        set(properties.get("PublicAccessBlockConfiguration", {}).values()) != {True}
        or len(properties["PublicAccessBlockConfiguration"]) != 4
    ):
        yield "the roster's bucket can be opened to the public"
    if "ServerSideEncryptionByDefault" not in str(properties.get("BucketEncryption")):
        yield "the roster is not encrypted"
    if "'NoncurrentDays': 30" not in str(properties.get("LifecycleConfiguration")):
        yield "earlier rosters are kept for ever"
    if {bucket.get("Condition"), resources["RosterBucketPolicy"].get("Condition")} != {"MakesBucket"}:
        yield "a bucket is made where one is given"
    if "BucketOwnerEnforced" not in str(properties.get("OwnershipControls")):
        yield "the roster's bucket has other owners of objects"
    (statement,) = policy["PolicyDocument"]["Statement"]
    wanted = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if {key: statement.get(key) for key in wanted} != wanted or statement.get("Resource") != OF_THE_BUCKET:
        yield "the roster's bucket answers without TLS"


def _table(template: Mapping[str, Any]) -> Iterator[str]:
    """The roster's table reads its file as it is written."""
    table = template["Resources"]["RosterTable"]["Properties"]["TableInput"]
    if [column["Name"] for column in table["StorageDescriptor"]["Columns"]] != list(COLUMNS):
        yield "the roster's table has other columns than its file"
    if {column["Type"] for column in table["StorageDescriptor"]["Columns"]} != {"string"}:
        yield "OpenCSVSerde gives texts only"
    if table["Parameters"].get("skip.header.line.count") != "1":
        yield "the header of the roster's file is read as a person"
    serde = table["StorageDescriptor"]["SerdeInfo"]
    if (table["StorageDescriptor"].get("InputFormat"), table["StorageDescriptor"].get("OutputFormat")) != FORMATS:
        yield "the roster's file is no text"
    if serde["SerializationLibrary"] != "org.apache.hadoop.hive.serde2.OpenCSVSerde":
        yield "quotes in the roster's file are not honoured"
    if serde.get("Parameters") != {"separatorChar": ",", "quoteChar": '"', "escapeChar": "\\"}:
        yield "the roster's file is written otherwise"
    location = table["StorageDescriptor"]["Location"]["Fn::Sub"]
    if location[0] != template["Outputs"]["RosterLocation"]["Value"]["Fn::Sub"][0] or "${HrPrefix}/" not in location[0]:
        yield "the roster is put elsewhere than it is read"


def _access(template: Mapping[str, Any]) -> Iterator[str]:
    """QuickSight's role may do what asking takes, and nothing on everything."""
    document = template["Resources"]["QuickSightAccess"]["Properties"]["PolicyDocument"]
    allowed: dict[str, str] = {}
    for statement in document["Statement"]:
        inner = statement.get("Fn::If", [None, statement, NO_VALUE])[1]
        actions = inner["Action"] if isinstance(inner["Action"], list) else [inner["Action"]]
        if inner["Effect"] != "Allow":
            yield f"{inner.get('Sid')}: {inner['Effect']}"
        for action in actions:
            allowed[action] = allowed.get(action, "") + str(inner["Resource"])
        if inner["Resource"] == "*" and not set(actions) <= {"athena:ListWorkGroups", "athena:ListDataCatalogs"}:
            yield f"{inner.get('Sid')}: on everything"
        if any("*" in action for action in actions):
            yield f"{inner.get('Sid')}: any action"
    for action, resource in ACCESS:
        if f"{resource}'" not in allowed.get(action, "") and allowed.get(action) != resource:
            yield f"QuickSight may not {action} on {resource}"
    yield from (f"QuickSight need not {action}" for action in set(allowed) - {name for name, _ in ACCESS})
    trust = template["Resources"]["QuickSightRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    if trust != TRUST:
        yield "others than QuickSight may take its role"
    if template["Resources"]["QuickSightRole"]["Properties"].get("ManagedPolicyArns") != [{"Ref": "QuickSightAccess"}]:
        yield "QuickSight's role has other rights"
