import { prove, type Requirement } from './requirement.ts'

const render = 'src/platform/supervision/render.test.ts'
const install = 'src/platform/supervision/install.test.ts'
const notices = 'src/platform/supervision/systemd-notices.test.ts'
const command = 'src/cli/service-command.test.ts'
const real = 'test/integration/service.test.ts'

/** Sophia as a program that the machine keeps running. `npm run service:check` runs the unit of the machine under a real systemd. */
export const SERVICES: readonly Requirement[] = [
  {
    id: 'O/service-files',
    source: 'services',
    behaviour: 'Unit, agent and task from one description, as their own systems read them; the unit is hardened.',
    provenBy: prove(
      render,
      'a path with blanks, percent signs, dollars and other alphabets is still that path to systemd',
      'a clone in a home of somebody is shown to the unit of the machine, and no home besides',
      'the agent is a property list that says what the description says',
      'the task is what the schema of Task Scheduler asks for, and says what the description says',
      'the shipped templates are these files for the usual places',
    ),
  },
  {
    id: 'O/service-command',
    source: 'services',
    behaviour: 'Installs, tells how it stands by what the machine says, and removes only what it wrote.',
    provenBy: [
      ...prove(install, 'a file of somebody else is neither written over nor taken for ours'),
      ...prove(
        command,
        'what an installation would write and run is printed, and nothing is written',
        'where nobody can be asked, status cannot tell',
        'where nobody can be asked, an installation writes nothing and there is nothing to remove',
      ),
      ...prove(
        'test/integration/launchd-agent.test.ts',
        'installed again, the agent that was there is waited for: its label is free when the new one takes it',
      ),
    ],
  },
  {
    id: 'O/service-long-start',
    source: 'services',
    behaviour: 'A start that takes long is told as what it is and goes on; no installation cuts it off.',
    provenBy: [
      ...prove(
        'test/integration/systemd-unit.test.ts',
        'a start that outlasts its time is told as what it is, and goes on; one that has failed meanwhile is told',
        'a start that fails in its time is told with the words of systemctl',
        'one that starts is not started anew, as what it does would be cut off; one that waits for its next try is',
      ),
      ...prove(command, 'a start that goes on is told with the settings, and until it is done nothing is installed'),
    ],
  },
  {
    id: 'O/service-one-of-a-clone',
    source: 'services',
    behaviour: 'A clone that is a service of the whole machine becomes none of an account by words without sudo.',
    provenBy: [
      ...prove(
        'test/integration/systemd-unit.test.ts',
        'a clone that the whole machine has as a service is none of an account by mistake; any other clone may be',
      ),
      ...prove(
        command,
        'whoever owns the clone of a service of the whole machine gets none of their account but by asking for it',
      ),
    ],
  },
  {
    id: 'O/service-packages',
    source: 'services',
    behaviour: 'What root runs in the clone of somebody leaves nothing in its packages, so that they can renew them.',
    provenBy: prove(
      'test/integration/foreign-modules.test.ts',
      "root leaves nothing in the packages of somebody's clone, who could not renew them any more",
      'whoever owns the packages keeps there what was compiled, and that they are installed',
    ),
  },
  {
    id: 'O/service-settings',
    source: 'services',
    behaviour:
      'An installation names the settings that it wrote and those that it did not take, and makes no empty file of none.',
    provenBy: [
      ...prove(
        'src/cli/tell-settings.test.ts',
        'an installation names the settings that it wrote, and never a value',
        'without settings it says that none were written, and after sudo how it hands them on',
        'settings that stay are held against those set here: what was not taken is named',
      ),
      ...prove(
        command,
        'without settings no file is made of them; with some they are named; those that come later are told as left out',
      ),
    ],
  },
  {
    id: 'O/service-reach',
    source: 'services',
    behaviour:
      'A clone or a Node that the account of the service does not get to is told before it is installed, and before a command is run.',
    provenBy: [
      ...prove(
        'src/platform/supervision/require-reach.test.ts',
        'what is closed to an account is found by trying, and root is root again',
        'what is closed to everybody is closed to an account that is made later',
      ),
      ...prove(
        command,
        'a clone that the account of the unit does not get to is not installed from, and nothing is written',
      ),
      ...prove(
        'src/cli/service-run.test.ts',
        'a clone that the account of the service does not get to is told, with what to do',
      ),
    ],
  },
  {
    id: 'O/service-run',
    source: 'services',
    behaviour: 'Other commands run with the home, settings and account of the installed service, on each system.',
    provenBy: [
      ...prove(
        'src/cli/service-run.test.ts',
        'a command of the service has its home and its settings, and none of those set here',
        'the real command asks the database of the service, and makes none of its own',
        'root runs it under the account of the service',
      ),
      ...prove(
        'src/platform/supervision/installed.test.ts',
        'a unit is read as systemd reads it, with its drop-ins',
        'an agent and a launcher are read as what they were written from',
        'settings are those of the service; what no task can be asked about is refused on Windows',
      ),
    ],
  },
  {
    id: 'O/service-life',
    source: 'services',
    behaviour: 'systemd hears when she is ready, lives and stops, and from no other process in her name.',
    provenBy: [
      ...prove(notices, 'systemd hears when she is ready, then signs of life, then that she stops'),
      ...prove(
        real,
        'the server tells systemd that it serves, that it lives and that it stops; no process of it can speak in its name',
      ),
    ],
  },
]
