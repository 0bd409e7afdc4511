import { z } from 'zod'

// zod's compiled mode probes `new Function`, which the content policy forbids and reports. Schemas probe when they are
// made, so this must be imported before the first of them.
z.config({ jitless: true })
