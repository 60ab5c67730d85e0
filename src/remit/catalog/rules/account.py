"""Budgets, and services that need no more than another name for a parameter.

Source: Service Authorization Reference, list_awsbudgetservice: viewing and modifying are the two
actions behind all budget operations.
"""

from __future__ import annotations

from remit.catalog.rules.model import Family, Grant, pass_role, same

_VIEW = """
DescribeBudget DescribeBudgetNotificationsForAccount DescribeBudgetPerformanceHistory
DescribeBudgets DescribeNotificationsForBudget DescribeSubscribersForNotification
"""
_MODIFY = """
CreateBudget CreateNotification CreateSubscriber DeleteBudget DeleteNotification DeleteSubscriber
UpdateBudget UpdateNotification UpdateSubscriber
"""
_BUDGET = {"BudgetName": "BudgetName Budget.BudgetName NewBudget.BudgetName =*"}
_BUDGETS = Family(
    rules={
        **same(_VIEW, Grant("budgets:ViewBudget", ("budget",), fill=_BUDGET)),
        **same(_MODIFY, Grant("budgets:ModifyBudget", ("budget",), fill=_BUDGET)),
    },
    extras=same(
        "CreateBudgetAction UpdateBudgetAction",
        pass_role("ExecutionRoleArn", "budgets.amazonaws.com"),
    ),
    fills={"ActionId": "ActionId !action"},
)

_APPSYNC = Family(
    extras=same(
        "CreateDataSource UpdateDataSource", pass_role("serviceRoleArn", "appsync.amazonaws.com")
    ),
    fills={"GraphQLAPIId": "apiId resourceArn"},
)
_PINPOINT = Family(fills={"AppId": "ApplicationId"})

FAMILIES = {"appsync": _APPSYNC, "budgets": _BUDGETS, "pinpoint": _PINPOINT}
