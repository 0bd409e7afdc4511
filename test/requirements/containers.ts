import { prove, type Requirement } from './requirement.ts'

const judge = 'src/domain/certificate/judge-certificate.test.ts'
const keeper = 'src/platform/tls/certificate-keeper.test.ts'
const listener = 'src/http/create-listener.test.ts'
const inbound = 'test/integration/inbound-tls.test.ts'
const files = 'test/integration/container-files.test.ts'

/** Sophia in containers, and the certificate under which she listens. `npm run container:check` runs the real thing. */
export const CONTAINERS: readonly Requirement[] = [
  {
    id: 'O/public-certificate',
    source: 'containers',
    behaviour:
      'The certificate of a proxy at the public address is looked at daily and alerted by; one out of reach is unknown.',
    provenBy: [
      ...prove(
        'src/platform/tls/public-certificate.test.ts',
        'the certificate at the public address is due in its last sixth, and told in the words of the own one',
        'it is looked at once a day, each hour once it is due, and a renewed one is seen',
        'what cannot be reached is unknown, but a word that it is due stays for a day',
        'a server of another name is not what people meet',
      ),
      ...prove(
        'test/integration/public-certificate.test.ts',
        'a certificate that a proxy has is told by health and by the metric that people are alerted by',
      ),
    ],
  },
  {
    id: 'O/container-settings',
    source: 'containers',
    behaviour: 'Every setting of the table can be given to the deployment, or is named as left out with its reason.',
    provenBy: prove(files, 'every setting there is can be given in .env, or stays out for a reason'),
  },
  {
    id: 'O/container-prepare',
    source: 'containers',
    behaviour: 'A deployment that has its settings is not called ready for another name than theirs.',
    provenBy: prove(
      'test/integration/prepare-compose.test.ts',
      'prepare.sh is ready for what .env says: for another name it prints the lines to change, and ends with 1 until they are',
    ),
  },
  {
    id: 'O/container-files',
    source: 'containers',
    behaviour:
      'Image and deployment: nobody root, pinned, bounded, confined, each waiting for the health of what it stands on.',
    provenBy: prove(
      files,
      'every container is nobody, writes nowhere but in its volumes, and is bounded',
      'each waits for the health of what it stands on',
      'only observability is on wish, and data can neither reach out nor be reached',
      'the settings it gives exist, secrets come by file only, and every file it names is there or made by prepare.sh',
      'the file stays within what docker-compose 1.29 and Compose 2 both read',
      'the image is of the Node of package.json, of nothing else, nobody’s root, and says how it is',
      'the health of a container is what its Sophia says of being ready, in the clear or over TLS',
      'Prometheus takes its file, and Grafana finds what its files name',
    ),
  },
  {
    id: 'O/inbound-tls',
    source: 'containers',
    behaviour: 'With a certificate she speaks HTTPS only, modern protocols and ciphers, with secure cookies and HSTS.',
    provenBy: [
      ...prove(
        inbound,
        'she speaks HTTPS only, tells browsers to insist on it, and says how many days are left',
        'TLS 1.2 and 1.3 with forward secrecy are spoken; older protocols and weaker ciphers are refused',
        'the session is kept in a cookie that only TLS of this very host carries',
        'the second process and a command beside her reach her by an address that her certificate may not name',
      ),
      ...prove(
        keeper,
        'what a server cannot speak with stops the start, in plain words',
        'certificate and key come together, from files or as they are, and want a public address with https',
        'a key that was pasted without its first line is quoted nowhere',
      ),
      ...prove(
        listener,
        'who says nothing, or something else than TLS, is hung up on, and holds up no end of the server',
      ),
    ],
  },
  {
    id: 'O/certificate-renewal',
    source: 'containers',
    behaviour:
      'A renewed certificate is taken without dropping connections; a faulty one keeps the old and is told; its end is told before.',
    provenBy: [
      ...prove(
        inbound,
        'a renewed certificate is for connections to come: open ones, sockets among them, go on; a faulty one changes nothing',
        'what is due or faulty is told by health, and what is due by the metric that people are alerted by',
      ),
      ...prove(
        listener,
        'a certificate that was renewed before anybody was told of it is in force, and so is the next',
      ),
      ...prove(
        keeper,
        'a new certificate is in force at the next look, also where a link was swapped',
        'files written one after the other are no fault; a pair that stays wrong is told once, loudly, and the old one stays',
        'a file that is cut off, empty or gone keeps the old one, and says what is wrong',
        'days pass: due, then ended',
      ),
      ...prove(
        judge,
        'a certificate is well until 21 days before its end, or until the last third of a short life',
        'what is due is told with the days or hours that are left, never with more than there are',
        'the time for renewing is used up at the end, and overdrawn after it',
        'a certificate that ended, or that does not hold yet, is refused by browsers and said to be',
      ),
    ],
  },
]
