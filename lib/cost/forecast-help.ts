// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run forecast -- --streams N --viewers N --hours N [flags]    what a load costs, and which limit it reaches first

  --streams N         broadcasts at the same time (0 for an idle platform)
  --viewers N         viewers of all of them at the same time
  --hours N           for how long, up to 744
  --deployment FILE   the deployment file (default deployment.json)
  --region R          put all streams in this region (default: spread over the deployment's); the prices of
                      us-east-1 and eu-central-1 are known
  --rendition ID      what viewers watch (default: the first of up to 720 lines)
  --encoder E         fleet (default) or medialive
  --quota NAME=N      a quota of your account that differs from AWS's default; repeatable:
                      cloudfront-gbps           150
                      cloudfront-requests       250,000
                      s3-puts                   3,500
                      s3-gets                   5,500
                      dynamodb-table-writes     4,000
                      dynamodb-table-reads      12,000
                      dynamodb-most-writes      40,000
                      dynamodb-most-reads       40,000
                      dynamodb-partition-writes 1,000
                      dynamodb-partition-reads  3,000
                      fargate-vcpu              6
                      lambda-concurrency        1,000
                      nlb-targets               500
                      medialive-channels        5
                      nat-connections           55,000
  --json              print the figures as JSON
  --help              show this text

Exit code: 0, or 2 for invalid flags or an invalid deployment file.
`;
