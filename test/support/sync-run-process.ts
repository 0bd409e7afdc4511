/** Works a run off in a process of its own, to be killed: `sync-run-process.ts CONNECTION CRM_PORT RUN`. */
import { openDatabase } from '#platform/postgres/database.ts'
import { createSyncRooms, until } from './sync-rooms.ts'
import { importer } from './import-fixture.ts'

const [connection = '', port = '', runId = ''] = process.argv.slice(2)
// Written by the test that starts this.
const database = openDatabase({ poolMax: 5, connection: JSON.parse(connection) as object })
const rooms = createSyncRooms(database, { crmPort: Number(port) })
await rooms.tools.start()
await until(() => rooms.tools.listTools(importer, 'crm').length > 0)
await rooms.work(runId)
