// Printed before anything is installed, by any Node: no imports, no types (scripts/help.mjs).
export const helpText = `npm run live -- [flags]      run the whole platform on this machine

  --demo            also broadcast a test picture with a running clock and a beep
  --host ADDRESS    let other devices in: 0.0.0.0, or one address of this machine. They can publish and watch; to
                    manage streams they need the API's token, which is printed as a link and a QR code
  --public-host NAME
                    what other devices call this machine, if it can't know, as in a container
  --port-base N     first port of the block (default 8440; 0: any free ports)
  --data-dir DIR    folder for streams, keys and recordings (default .headwater)
  --workers N       encoder workers, 1 to 8 (default 2)
  --proxies N       ingest proxies, 1 to 8 (default 2)
  --aws-endpoint URL
                    use an AWS emulator such as moto_server: objects in S3, records in DynamoDB, secrets in
                    Secrets Manager, stream events to EventBridge (missing resources are created)
  --webhook URL     post every stream event to this URL, signed according to Standard Webhooks
  --webhook-secret-file FILE
                    signing secret, whsec_… (default: webhook-secret in the data folder, created if missing)
  --allow-push CIDR[,CIDR]
                    also allow pushing streams to servers in these networks, for example 127.0.0.0/8 (default:
                    public addresses only)
  --allow-origin URL[,URL]
                    also let pages of these origins use the API from a browser, for example https://studio.example.com
                    (default: the platform's own page only). On this machine they then need no token
  --watch           restart processes whose sources change, one after another, and reload the page's tabs
  --inspect NAME    let a debugger attach to a process, for example encoder-1, at 127.0.0.1:9229
  --rotate-playback-keys
                    make a new key for playback links in the data folder and exit; a running platform takes it over,
                    links stay valid. Twice invalidates every link
  --json            print one JSON event per line on stdout, starting with "ready" (npm run -s live -- --json)
  --help            show this help

Ctrl-C stops everything.
`;
