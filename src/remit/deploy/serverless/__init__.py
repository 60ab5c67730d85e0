"""The reader of Serverless Framework projects: `serverless.yml` and what stands beside it."""

from remit.deploy.serverless.reader import read as read
