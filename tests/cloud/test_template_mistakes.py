"""Mistakes seeded into copies of the templates: the checks notice them, so that they would notice ours.

Twice: the checks that say what is wrong, without cfn-lint and without the reviewed files; and the reviewed files, which
notice every change. The few that only cfn-lint explains are asked of it.
"""

from __future__ import annotations

import pytest
from tests.cloud import template_checks
from tests.cloud.template_expected import differences, shipped_texts
from tests.cloud.template_policies import UnknownOperator
from tests.cloud.template_resolver import Dangling

TEXTS = shipped_texts()
C, S, O, M, W = "connector", "secrets", "oauth-app", "simulator", "slackanalytics"  # noqa: E741 - a column of names
KEY_OF_BLOCKS = "Action: [kms:Decrypt, kms:GenerateDataKey]\n                Resource: !If [MakesKey"
SLIPS: dict[str, tuple[str, str, str]] = {
    # ---- who may
    "the ARN of another log": (C, "log-group:/aws/lambda/${LambdaFunctionName}:*", "log-group:/aws/lambda/${AthenaCatalog}:*"),
    "a log without its streams": (C, "log-group:/aws/lambda/${LambdaFunctionName}:*", "log-group:/aws/lambda/${LambdaFunctionName}"),
    "the action to write the log lost": (C, "[logs:CreateLogStream, logs:PutLogEvents]", "[logs:CreateLogStream]"),
    "an action misspelt": (C, "Action: secretsmanager:GetSecretValue", "Action: secretsmanager:GetSecretValues"),
    "GenerateDataKey lost": (C, KEY_OF_BLOCKS, KEY_OF_BLOCKS.replace(", kms:GenerateDataKey", "")),
    "Decrypt lost": (C, KEY_OF_BLOCKS, KEY_OF_BLOCKS.replace("kms:Decrypt, ", "")),
    "random bytes lost": (C, "Action: kms:GenerateRandom", "Action: kms:GenerateMac"),
    "objects' action on the bucket": (C, '"arn:${AWS::Partition}:s3:::${Bucket}/${SpillPrefix}/*"', '"arn:${AWS::Partition}:s3:::${Bucket}"'),
    "bucket's action on objects": (C, 'Action: [s3:GetBucketLocation, s3:ListBucket]\n                Resource: !Sub\n                  - "arn:${AWS::Partition}:s3:::${Bucket}"',
                                   'Action: [s3:GetBucketLocation, s3:ListBucket]\n                Resource: !Sub\n                  - "arn:${AWS::Partition}:s3:::${Bucket}/*"'),
    "the other secret": (C, "secret:${AWSSecretName}-??????", "secret:${ClientSecretName}-??????"),
    "any secret": (C, "secret:${AWSSecretName}-??????", "secret:*"),
    "any resource": (C, 'Resource: !Sub "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWSSecretName}-??????"', 'Resource: "*"'),
    "the token may be written": (C, "Action: secretsmanager:GetSecretValue", "Action: [secretsmanager:GetSecretValue, secretsmanager:PutSecretValue]"),
    "another workgroup's queries": (C, 'Action: athena:GetQueryExecution\n                Resource: !Sub "arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${AthenaWorkGroup}"',
                                    'Action: athena:GetQueryExecution\n                Resource: !Sub "arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${AthenaCatalog}"'),
    "kept days not deleted": (C, "[s3:GetObject, s3:PutObject, s3:DeleteObject]", "[s3:GetObject, s3:PutObject]"),
    "analysts who cannot call": (C, "Action: lambda:InvokeFunction\n            Resource: !GetAtt Connector.Arn", "Action: lambda:GetFunction\n            Resource: !GetAtt Connector.Arn"),
    "analysts who write blocks": (C, "Action: s3:GetObject\n", "Action: [s3:GetObject, s3:PutObject]\n"),
    "analysts without results": (C, "- athena:GetQueryResults\n", ""),
    "the role of somebody else": (C, "Principal: {Service: lambda.amazonaws.com}", "Principal: {Service: ec2.amazonaws.com}"),
    "the client secret's place": (O, "secret:${ClientSecretName}-??????", "secret:${AWSSecretName}-??????"),
    "the app cannot write": (O, "[secretsmanager:GetSecretValue, secretsmanager:PutSecretValue]", "[secretsmanager:GetSecretValue]"),
    "the app without its key": (O, "Action: [kms:Decrypt, kms:GenerateDataKey]", "Action: [kms:GenerateDataKey]"),
    # ---- the policies of secrets, keys and buckets
    "a denial turned round": (S, "ArnNotEquals", "ArnEquals"),
    "a denial that allows": (S, "Sid: OnlyAppAndConnectorRead\n            Effect: Deny", "Sid: OnlyAppAndConnectorRead\n            Effect: Allow"),
    "a denial of another action": (S, "[secretsmanager:GetSecretValue, secretsmanager:BatchGetSecretValue]", "[secretsmanager:DescribeSecret, secretsmanager:BatchGetSecretValue]"),
    "a denial of no writing": (S, "[secretsmanager:PutSecretValue, ", "[secretsmanager:PutResourcePolicy, "),
    "swapped secrets": (S, "SecretId: !Ref TokenSecret", "SecretId: !Ref ClientSecret"),
    "the connector left out": (S, '                  - !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${ConnectorRoleName}"\n                  - !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${OAuthRoleName}"\n                  - !If [HasRepair, !Ref RepairRoleArn, !Ref AWS::NoValue]\n          - Sid: OnlyAppWrites',
                               '                  - !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${OAuthRoleName}"\n          - Sid: OnlyAppWrites'),
    "a user in place of a role": (S, "iam::${AWS::AccountId}:role/${OAuthRoleName}", "iam::${AWS::AccountId}:user/${OAuthRoleName}"),
    "a condition key misspelt": (S, '"aws:PrincipalArn"', '"aws:PrincipalARNs"'),
    "a condition operator misspelt": (S, "ArnNotEquals", "ArnNotEqual"),
    "the key for everybody": (S, '                "kms:CallerAccount": !Ref AWS::AccountId\n', ""),
    "the key through another service": (S, "secretsmanager.${AWS::Region}", "s3.${AWS::Region}"),
    "a key nobody manages": (S, "              - kms:Put*\n", ""),
    "the key of logs for another service": (C, '{Service: !Sub "logs.${AWS::Region}.${AWS::URLSuffix}"}', '{Service: !Sub "s3.${AWS::URLSuffix}"}'),
    "the key of logs for another log": (C, 'log-group:/aws/lambda/${LambdaFunctionName}"\n\n', 'log-group:/aws/lambda/${AthenaWorkGroup}"\n\n'),
    "clear text allowed": (C, '{Bool: {"aws:SecureTransport": "false"}}', '{Bool: {"aws:SecureTransport": "true"}}'),
    "clear text for the bucket alone": (C, '[!GetAtt Spill.Arn, !Sub "${Spill.Arn}/*"]', "[!GetAtt Spill.Arn]"),
    "the policy of another bucket": (C, "Bucket: !Ref Results\n", "Bucket: !Ref Days\n"),
    # ---- buckets
    "encryption removed": (C, "SSEAlgorithm: aws:kms\n              KMSMasterKeyID: !If [MakesKey, !GetAtt DataKey.Arn, !Ref KmsKeyArn]\n", "SSEAlgorithm: AES256\n"),
    "open to the public": (C, "BlockPublicPolicy: true", "BlockPublicPolicy: false"),
    "a lifecycle switched off": (C, "Status: Enabled", "Status: Disabled"),
    "blocks kept for long": (C, "ExpirationInDays: 1\n", "ExpirationInDays: 1000\n"),
    "days forgotten early": (C, "ExpirationInDays: 396", "ExpirationInDays: 30"),
    "owners of objects": (C, "ObjectOwnership: BucketOwnerEnforced", "ObjectOwnership: ObjectWriter"),
    "a bucket that goes with its stack": (C, "Condition: MakesResults\n    DeletionPolicy: Retain", "Condition: MakesResults\n    DeletionPolicy: Delete"),
    "a key that goes with its stack": (S, "    DeletionPolicy: Retain\n", ""),
    "secrets that go with the whole": (W, "DeletionPolicy: Retain", "DeletionPolicy: Delete"),
    # ---- the function
    "the handler misspelt": (C, "lambda_function.handler", "lambda_function.handle"),
    "the handler of the app": (C, "cloud.lambda_function.handler", "cloud.oauth_function.handler"),
    "another architecture": (C, "[arm64]", "[x86_64]"),
    "another runtime": (C, "python3.13", "python3.9"),
    "the package of the app": (W, "CodeKey: !Ref CodeKey", "CodeKey: !Ref OAuthCodeKey"),
    "an environment name misspelt": (C, "SLACKANALYTICS_TOKEN_STORE:", "SLACKANALYTICS_TOKENSTORE:"),
    "the SDK's name in capitals": (C, "          spill_bucket:", "          SPILL_BUCKET:"),
    "an environment name of the past": (C, "SLACKANALYTICS_SLACK_API_URL:", "SLACKANALYTICS_API_URL:"),
    "blocks into the bucket of days": (C, "spill_bucket: !If [MakesSpill, !Ref Spill, !Ref SpillBucket]", "spill_bucket: !If [MakesSpill, !Ref Results, !Ref SpillBucket]"),
    "secrets in the other order": (C, '"aws:${AWSSecretName},${ClientSecretName}"', '"aws:${ClientSecretName},${AWSSecretName}"'),
    "one secret": (O, '"aws:${AWSSecretName},${ClientSecretName}"', '"aws:${AWSSecretName}"'),
    "the timeout too long": (C, "Default: 900\n", "Default: 1000\n"),
    "the app's timeout too long": (O, "Timeout: 29", "Timeout: 900"),
    "the log of another function": (C, 'LoggingConfig: {LogGroup: !Sub "/aws/lambda/${LambdaFunctionName}"', 'LoggingConfig: {LogGroup: !Sub "/aws/lambda/${AthenaCatalog}"'),
    "a log that never ends": (C, "      RetentionInDays: !Ref LogRetentionDays\n", ""),
    "a dangling role": (C, "Role: !GetAtt ConnectorRole.Arn", "Role: !GetAtt LambdaRole.Arn"),
    "an attribute that is none": (C, "Role: !GetAtt ConnectorRole.Arn", "Role: !GetAtt ConnectorRole.ARN"),
    "a dangling name in a text": (C, "${LambdaFunctionName} raised errors", "${FunctionName} raised errors"),
    "a condition that is not there": (C, "Condition: Warms", "Condition: Warm"),
    "a condition turned round": (C, 'MakesSpill: !Equals [!Ref SpillBucket, ""]', 'MakesSpill: !Not [!Equals [!Ref SpillBucket, ""]]'),
    # ---- alarms, schedule, API
    "another metric": (C, "MetricName: Errors", "MetricName: Invocations"),
    "another namespace": (C, "Namespace: AWS/Lambda", "Namespace: AWS/Athena"),
    "another dimension": (C, "{Name: FunctionName, Value: !Ref Connector}", "{Name: Resource, Value: !Ref Connector}"),
    "an alarm for another function": (C, "{Name: FunctionName, Value: !Ref Connector}", "{Name: FunctionName, Value: !Ref AthenaCatalog}"),
    "an alarm the wrong way": (C, "ComparisonOperator: GreaterThanOrEqualToThreshold", "ComparisonOperator: LessThanThreshold"),
    "an alarm in seconds": (C, "Default: 800000", "Default: 800"),
    "the average of the longest": (C, "Statistic: Maximum", "Statistic: Average"),
    "a schedule with another event": (C, '{"slackanalytics": "sync"}', '{"slackanalytics": "warm"}'),
    "a schedule without an event": (C, "          Input: '{\"slackanalytics\": \"sync\"}'\n", ""),
    "a schedule by the wrong clock": (C, "Default: cron(15 4 * * ? *)", "Default: cron(15 4 * * ? *"),
    "a schedule for nobody": (C, "Arn: !GetAtt Connector.Arn\n", "Arn: !GetAtt ConnectorRole.Arn\n"),
    "a permission for another source": (C, "SourceArn: !GetAtt WarmUp.Arn", "SourceArn: !GetAtt Connector.Arn"),
    "a permission for anybody's API": (O, '      SourceArn: !Sub "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/$default"\n', ""),
    "a permission for another stage": (O, "${Api}/*/$default", "${Stage}/*/$default"),
    "a permission for another service": (O, "Principal: apigateway.amazonaws.com", "Principal: elasticloadbalancing.amazonaws.com"),
    "another payload": (O, 'PayloadFormatVersion: "2.0"', 'PayloadFormatVersion: "1.0"'),
    "the query string in the log": (O, "$context.path", "$context.requestOverride.querystring.code"),
    "no throttling": (O, "      DefaultRouteSettings: {ThrottlingBurstLimit: !Ref BurstLimit, ThrottlingRateLimit: !Ref RateLimit}\n", ""),
    # ---- Athena
    "a catalog without a function": (C, "Parameters: {function: !GetAtt Connector.Arn}", "Parameters: {}"),
    "a catalog with its name for it misspelt": (C, "Parameters: {function: ", "Parameters: {lambda: "),
    "a catalog of another function": (C, "Parameters: {function: !GetAtt Connector.Arn}", "Parameters: {function: !GetAtt ConnectorRole.Arn}"),
    "a catalog of another kind": (C, "Type: LAMBDA", "Type: HIVE"),
    "a workgroup not enforced": (C, "EnforceWorkGroupConfiguration: true", "EnforceWorkGroupConfiguration: false"),
    "results in clear": (C, "EncryptionOption: SSE_KMS", "EncryptionOption: SSE_S3"),
    "results among blocks": (C, "{Bucket: !If [MakesResults, !Ref Results, !Ref ResultsBucket]}\n          ExpectedBucketOwner", "{Bucket: !If [MakesSpill, !Ref Spill, !Ref SpillBucket]}\n          ExpectedBucketOwner"),
    "an older engine": (C, "Athena engine version 3", "Athena engine version 2"),
    # ---- the whole
    "a parameter that the stack within has not": (W, "CodeKey: !Ref CodeKey", "CodeKey2: !Ref CodeKey"),
    "an output that there is not": (W, "Secrets.Outputs.SecretsKeyArn", "Secrets.Outputs.KeyArn"),
    "the role under another name": (W, 'ConnectorRoleName: !Sub "${LambdaFunctionName}-connector"', 'ConnectorRoleName: !Sub "${LambdaFunctionName}-reader"'),
    "a wrong output": (S, "Value: !If [MakesKey, !GetAtt SecretsKey.Arn, !Ref SecretsKeyArn]", "Value: !Ref SecretsKeyArn"),
    "blocks for the dashboard elsewhere": (W, "SpillBucket: !GetAtt Connector.Outputs.SpillBucket\n        SpillPrefix", "SpillBucket: !GetAtt Connector.Outputs.ResultsBucket\n        SpillPrefix"),
    "another workgroup for the dashboard": (W, "AthenaWorkGroup: !GetAtt Connector.Outputs.AthenaWorkGroup\n        SpillBucket", "AthenaWorkGroup: !GetAtt Connector.Outputs.AthenaCatalog\n        SpillBucket"),
    "the simulator's host as its address": (M, 'Value: !Sub "${Api.ApiEndpoint}/api"', 'Value: !Sub "${Api}/api"'),
}  # fmt: skip
"""What went wrong -> the template, what stands there, and what a slip makes of it."""
FOR_LINT = {
    "a property misspelt": (C, "ReservedConcurrentExecutions:", "ReservedConcurrentExecution:"),
    "a type misspelt": (C, "Type: AWS::Athena::WorkGroup", "Type: AWS::Athena::Workgroup"),
    "a value that is none": (C, "LogFormat: Text", "LogFormat: Plain"),
}  # fmt: skip
SUBTLE = 0.05
"""The share of seeded mistakes that the reviewed files alone may notice."""


def slipped(slip: tuple[str, str, str]) -> dict[str, str]:
    template, old, new = slip
    assert old in TEXTS[template], f"{template}.yaml has no {old!r} any more: the mistake has to be written anew"
    return {**TEXTS, template: TEXTS[template].replace(old, new, 1)}


def explained(texts: dict[str, str]) -> bool:
    """Whether a check says what is wrong, cfn-lint and the reviewed files aside."""
    return any(check(texts) for check in template_checks.CHEAP_FIRST if check is not template_checks.lint)


def reviewed(texts: dict[str, str]) -> bool:
    """Whether the reviewed files notice."""
    try:
        return differences(texts) != []
    except (Dangling, UnknownOperator, ValueError, KeyError, TypeError, AttributeError):
        return True


def test_there_are_more_than_eighty_mistakes_and_none_is_in_the_templates() -> None:
    assert len(SLIPS) > 80
    assert not explained(dict(TEXTS))
    assert not reviewed(dict(TEXTS))


@pytest.mark.slow
def test_nearly_all_mistakes_are_explained_and_the_reviewed_files_notice_the_others() -> None:
    wrong = {name: slipped(slip) for name, slip in SLIPS.items()}
    silent = [name for name, texts in wrong.items() if not explained(texts)]
    assert len(silent) <= SUBTLE * len(SLIPS), silent
    assert [name for name in silent if not reviewed(wrong[name])] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FOR_LINT)
def test_what_is_against_awss_own_schemas_is_found_by_cfn_lint(name: str) -> None:
    template, *_ = slip = FOR_LINT[name]
    assert template_checks.lint({template: slipped(slip)[template]}) != []
