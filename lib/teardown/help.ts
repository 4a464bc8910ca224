// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run teardown -- REGION [flags]   deletes a region's stack and what would keep it from being deleted

  REGION             a region in the deployment file
  --all              every region in the file, then the edge and pop stacks
  --deployment FILE  the deployment file (default deployment.json)
  --yes              do it; without it, only says what would be done and why
  --now              end broadcasts on air instead of waiting for them
  --help             show this text

Needs credentials for the region's account, as for npx cdk destroy. You may interrupt it: the next run continues where it stopped. To change your mind
before the first service is deleted, set the traffic dial of the region's endpoint groups back to 100 (Global Accelerator) and the canary's schedule on (EventBridge).
What retention.keepOnDelete keeps is listed and stays.
Exit code: 0 if done, or after a dry run; 1 if not done; 2 for invalid flags or an invalid deployment file.
`;
