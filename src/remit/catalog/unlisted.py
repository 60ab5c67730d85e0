"""Names that AWS uses although the Service Authorization Reference does not list them.

AWS's own managed policies hold them: some are of services that were closed, some are older or
newer than the reference. So none of them is called invalid. Names that Access Analyzer was seen to
call invalid (a public recording of its answers, March 2026) are not here.
Source: AWS managed policies as of 2026-10 (moto's package data), against the reference of
2026-10-27; tests/validate/test_managed.py tells when a name is missing or has come to be listed.
"""

from __future__ import annotations

SERVICES = frozenset(
    """
    builderid codestar deepcomposer deeplens deepracer evidently iot1click iotevents zocalo
    """.split()
)

ACTIONS = frozenset(
    name.lower()
    for name in """
    budgets:CreateBudget budgets:DeleteBudget budgets:DescribeBudget budgets:DescribeBudgets
    budgets:UpdateBudget organizations:CreateBuilderIdOwnedAccount
    payments:AcceptTermsAndConditionsForProgramByAccountId payments:BatchGetPaymentProfiles
    payments:CreatePaymentAttempt payments:CreatePaymentProfile payments:Get
    payments:GetAcceptedTermsAndConditionsForProgramByAccountId payments:GetAccountBalance
    payments:GetDefaultPaymentProfile payments:GetEligibleCurrencies payments:GetPaymentAttempt
    payments:GetPaymentPreferences payments:GetPreferredCurrency
    payments:GetRecommendedTermsAndConditionsForProgram payments:ListPaymentProfiles
    payments:SearchFinancialRecords payments:SetPreferredCurrency payments:UpdatePaymentProfile
    route53-recovery-control-config:DescribeRoutingControlByName
    securityagent:BatchGetAgentInstances securityagent:BatchGetSecurityTestContentMetadata
    securityagent:BatchGetTasks securityagent:CreateDocumentReview
    securityagent:DeleteDocumentReview securityagent:GetCodeReviewTask
    securityagent:GetDocReviewTask securityagent:GetDocumentReview
    securityagent:GetDocumentReviewArtifact securityagent:ListAgentInstances
    securityagent:ListControls securityagent:ListDocumentReviewComments
    securityagent:ListDocumentReviews securityagent:ListTasks securityagent:StartPentestExecution
    securityagent:StopPentestExecution
    """.split()
)
