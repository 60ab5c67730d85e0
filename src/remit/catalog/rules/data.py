"""Athena, Glue, RDS, ElastiCache, OpenSearch, EFS, Redshift's data API.

Sources: Athena User Guide, security-iam-athena and workgroups-iam-policy; Glue Developer Guide,
glue-specifying-resource-arns ("catalog, database and table"); RDS User Guide,
UsingWithRDS.IAM and security_iam_id-based-policy-examples; Data API, rds-data access.
"""

from __future__ import annotations

from remit.catalog.rules.model import NEWER, Family, Grant, pass_role, same

# A query's id does not say in which workgroup it ran.
_BY_QUERY = """
BatchGetNamedQuery BatchGetQueryExecution DeleteNamedQuery GetNamedQuery GetQueryExecution
GetQueryResults GetQueryRuntimeStatistics StopQueryExecution UpdateNamedQuery
GetCalculationExecution GetCalculationExecutionCode GetCalculationExecutionStatus
StopCalculationExecution GetSession GetSessionStatus TerminateSession StartCalculationExecution
DeleteNotebook ExportNotebook GetNotebookMetadata UpdateNotebook UpdateNotebookMetadata
"""
_RESULTS = {
    "BucketName": "ResultConfiguration.OutputLocation|uribucket",
    "ObjectName": "ResultConfiguration.OutputLocation|urikey",
}
_LOCATION = "ResultConfiguration.OutputLocation"
_ATHENA = Family(
    rules={
        name: (Grant(f"athena:{name}", ("workgroup",), fill={"WorkGroupName": "!workgroup"}),)
        for name in _BY_QUERY.split()
    },
    # querying#permissions: the caller writes the results itself.
    extras={
        "StartQueryExecution": (
            Grant(
                "s3:GetBucketLocation",
                arns=("arn:${Partition}:s3:::${BucketName}",),
                when=_LOCATION,
                fill=_RESULTS,
            ),
            Grant(
                "s3:PutObject",
                arns=("arn:${Partition}:s3:::${BucketName}/${ObjectName}",),
                when=_LOCATION,
                fill=_RESULTS,
            ),
        ),
    },
    unmapped=dict.fromkeys(
        (
            "CreateSystemTableConfiguration",
            "DeleteSystemTableConfiguration",
            "GetSystemTableConfiguration",
            "ListSystemTableStatuses",
            "UpdateSystemTableConfiguration",
        ),
        NEWER,
    ),
    fills={
        "workgroup.WorkGroupName": "WorkGroup Name =primary",
        "DataCatalogName": "CatalogName Name",
        "CapacityReservationName": "Name CapacityReservationName",
    },
    types={
        **dict.fromkeys(
            ("CreateWorkGroup", "GetWorkGroup", "DeleteWorkGroup", "UpdateWorkGroup"),
            ("workgroup",),
        ),
        "PutCapacityAssignmentConfiguration": ("capacity-reservation",),
    },
)

_GLUE_NEW = """
AssociateGlossaryTerms BatchGetDataQualityResultV2 BatchGetDataQualityRulesetEvaluationRun
BatchGetIterableForms BatchPutDataQualityStatisticAnnotation CreateDataQualityEvaluationConfig
CreateGlossary CreateGlossaryTerm DeleteAsset DeleteAssetType DeleteAttachment
DeleteDataQualityEvaluationConfig DeleteFormType DeleteGlossary DeleteGlossaryTerm
DisassociateGlossaryTerms GetAsset GetAssetType GetDataCatalogExportConfiguration
GetDataQualityEvaluationConfig GetDataQualityResultV2 GetFormType GetGlossary GetGlossaryTerm
GetMaterializedViewRefreshTaskRun ListAssetTypes ListDataQualityEvaluationConfigs
ListDataQualityResultsV2 ListDataQualityStatisticAnnotations ListDataQualityStatistics
ListFormTypes ListGlossaries ListGlossaryTerms ListIntegrationTableProperties ListIterableForms
ListMaterializedViewRefreshTaskRuns PublishDataQualityResultV2 PutAsset PutAssetType PutAttachment
PutDataCatalogExportConfiguration PutFormType SearchAssets StartMaterializedViewRefreshTaskRun
StopMaterializedViewRefreshTaskRun UpdateAsset UpdateDataQualityEvaluationConfig UpdateGlossary
UpdateGlossaryTerm
"""
_GLUE = Family(
    rules={
        # Everything in the database is deleted with it (glue-specifying-resource-arns).
        "DeleteDatabase": (
            Grant("glue:DeleteDatabase", ("rootcatalog",)),
            Grant("glue:DeleteDatabase", ("database",), fill={"DatabaseName": "Name"}),
            *(
                Grant(
                    "glue:DeleteDatabase",
                    (kind,),
                    fill={"DatabaseName": "Name", name: "!all_in_the_database"},
                )
                for kind, name in (
                    ("table", "TableName"),
                    ("userdefinedfunction", "UserDefinedFunctionName"),
                )
            ),
        ),
        "BatchGetDataQualityResult": (Grant("glue:GetDataQualityResult"),),
        # Lake Formation, access-control-fine-grained: the plain action covers the unfiltered one.
        "GetUnfilteredTableMetadata": (Grant("glue:GetTable"),),
        "GetUnfilteredPartitionMetadata": (Grant("glue:GetPartition"),),
        "GetUnfilteredPartitionsMetadata": (Grant("glue:GetPartitions"),),
    },
    extras={
        **same(
            "CreateJob UpdateJob CreateCrawler UpdateCrawler CreateDevEndpoint",
            pass_role("Role", "glue.amazonaws.com"),
            pass_role("RoleArn", "glue.amazonaws.com"),
            pass_role("JobUpdate.Role", "glue.amazonaws.com"),
        ),
    },
    unmapped=dict.fromkeys(_GLUE_NEW.split(), NEWER),
    every=True,
    fills={
        "database.DatabaseName": "DatabaseName DatabaseInput.Name Name",
        "DatabaseName": "DatabaseName",
        "table.TableName": "TableName TableInput.Name TablesToDelete Name",
        "ConnectionName": "ConnectionName Name ConnectionInput.Name",
        "RegistryName": "RegistryId.RegistryName RegistryName SchemaId.RegistryName",
        "SchemaName": "SchemaId.SchemaArn SchemaId.SchemaName SchemaName",
        "UserDefinedFunctionName": "FunctionName FunctionInput.FunctionName",
    },
)

_CLUSTER = "DBClusterIdentifier SourceDBClusterIdentifier"
_INSTANCE = "DBInstanceIdentifier DBInstanceIdentifiers SourceDBInstanceIdentifier"
_RDS_FILLS = {
    "DbClusterInstanceName": _CLUSTER,
    "DbInstanceName": f"{_INSTANCE} TargetDBInstanceIdentifier",
    "ClusterParameterGroupName": "DBClusterParameterGroupName",
    "ParameterGroupName": "DBParameterGroupName",
    "ClusterSnapshotName": "DBClusterSnapshotIdentifier TargetDBClusterSnapshotIdentifier",
    "SnapshotName": "DBSnapshotIdentifier TargetDBSnapshotIdentifier",
    "OptionGroupName": "OptionGroupName",
    "SubnetGroupName": "DBSubnetGroupName",
    "SecurityGroupName": "DBSecurityGroupName",
    "SubscriptionName": "SubscriptionName",
    "GlobalCluster": "GlobalClusterIdentifier",
    "DbProxyId": "DBProxyArn !proxy_id",
    "BlueGreenDeploymentIdentifier": "BlueGreenDeploymentIdentifier",
}
_SECRET_OF_CLUSTER = Grant(
    "secretsmanager:GetSecretValue",
    ("Secret",),
    when="secretArn",
    fill={"SecretId": "secretArn|secret"},
)
# UsingWithRDS.IAM and USER_Tagging: tags given on the way need AddTagsToResource.
_TAGS = Grant("rds:AddTagsToResource", when="Tags")
_RDS_KEY = ("arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",)
_MAKERS = """
CreateDBCluster CreateDBInstance ModifyDBCluster ModifyDBInstance RestoreDBClusterFromS3
RestoreDBInstanceFromS3
"""
# Overview.Encryption: who makes an encrypted database must be able to use its key.
_ENCRYPTED = tuple(
    Grant(
        f"kms:{action}",
        arns=_RDS_KEY,
        when="KmsKeyId",
        unless="KmsKeyId=alias/aws/rds",
        fill={"KeyId": "KmsKeyId|kms"},
        context={"kms:ViaService": "~rds"},
    )
    for action in ("CreateGrant", "DescribeKey")
)
# rds-secrets-manager, "Permissions required for Secrets Manager integration".
_MASTER_PASSWORD = tuple(
    Grant(
        f"secretsmanager:{action}",
        ("Secret",),
        when="ManageMasterUserPassword=true",
        fill={"SecretId": "!secret_of_the_database"},
    )
    for action in ("CreateSecret", "TagResource")
)
_MONITORING = pass_role("MonitoringRoleArn", "monitoring.rds.amazonaws.com")
_RDS = Family(
    extras={
        **same(_MAKERS, _MONITORING, *_ENCRYPTED, *_MASTER_PASSWORD),
        **same(
            "CreateDBInstanceReadReplica RestoreDBClusterFromSnapshot"
            " RestoreDBClusterToPointInTime",
            _MONITORING,
        ),
        **same(
            "AddRoleToDBCluster AddRoleToDBInstance RemoveRoleFromDBCluster"
            " RemoveRoleFromDBInstance CreateDBProxy ModifyDBProxy",
            pass_role("RoleArn", "rds.amazonaws.com"),
        ),
        "StartExportTask": (pass_role("IamRoleArn", "export.rds.amazonaws.com"),),
    },
    unmapped={"DescribeServerlessV2PlatformVersions": NEWER},
    always=(_TAGS,),
    every=True,
    star=("Describe",),
    fills=_RDS_FILLS,
)
# data-api.access: every statement also reads the secret with the caller's permissions.
_DATA_API = Family(
    extras=same(
        "BatchExecuteStatement BeginTransaction CommitTransaction ExecuteSql ExecuteStatement"
        " RollbackTransaction",
        _SECRET_OF_CLUSTER,
    ),
    fills={"DbClusterInstanceName": "resourceArn dbClusterOrInstanceArn"},
)
_ELASTICACHE = Family(
    unmapped=dict.fromkeys(("PrepareMigration", "StopMigration"), NEWER),
    star=("Describe",),
    every=True,
)
_REDSHIFT_DATA = Family(
    extras=same(
        "ExecuteStatement BatchExecuteStatement",
        Grant(
            "secretsmanager:GetSecretValue",
            ("Secret",),
            when="SecretArn",
            fill={"SecretId": "SecretArn|secret"},
        ),
    ),
    unmapped={"GetStatementResultV2": NEWER},
    fills={"WorkgroupId": "WorkgroupName|assigned", "ClusterName": "ClusterIdentifier"},
)
_OPENSEARCH = Family(unmapped={"UpdateClone": NEWER})
_EFS = Family(
    fills={
        "FileSystemId": "FileSystemId ResourceId !file_system",
        "AccessPointId": "AccessPointId ResourceId",
    },
)

FAMILIES = {
    "athena": _ATHENA,
    "efs": _EFS,
    "elasticache": _ELASTICACHE,
    "glue": _GLUE,
    "opensearch": _OPENSEARCH,
    "rds": _RDS,
    "rds-data": _DATA_API,
    "redshift-data": _REDSHIFT_DATA,
}
