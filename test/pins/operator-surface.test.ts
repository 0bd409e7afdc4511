import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { createClients } from '#features/clients/index.ts'
import { createCallSkills } from '#features/deals/calls.ts'
import { createDeals } from '#features/deals/index.ts'
import { createDraftSkills, type DraftsNeeds } from '#features/drafts/index.ts'
import { SETTINGS } from '#platform/config/settings.ts'
import type { Database } from '#platform/postgres/database.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { createCliProgram, describeCommands } from '../support/cli-program.ts'

/** What operators and their scripts rely on, written out. A change here goes into CHANGELOG.md too. */

const NAMES_OF_SETTINGS = [
  'SOPHIA_HOME',
  'SOPHIA_HOME_LASTS',
  'SOPHIA_HOST',
  'SOPHIA_PORT',
  'SOPHIA_PUBLIC_URL',
  'SOPHIA_TLS_CERT',
  'SOPHIA_TLS_KEY',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'DATABASE_POOL_MAX',
  'SOPHIA_SLOW_QUERY_MS',
  'REDIS_URL',
  'REDIS_CA',
  'SOPHIA_MODEL',
  'SOPHIA_MODEL_CACHE',
  'SOPHIA_EMBEDDING_MODEL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'SOPHIA_SECRET_KEY',
  'SOPHIA_ADMIN_API_KEY',
  'SOPHIA_TRUSTED_PROXIES',
  'SOPHIA_METRICS_TOKEN',
  'SOPHIA_BUDGET_DAILY_USD',
  'SOPHIA_BUDGET_MEMBER_DAILY_USD',
  'SOPHIA_BACKUP_TARGET',
  'SOPHIA_BACKUP_RECIPIENT',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_ENDPOINT_URL_S3',
  'SMTP_URL',
  'SOPHIA_MAIL_FROM',
  'SOPHIA_NOTIFY_WEBHOOK',
  'SOPHIA_PERSONAS_DIR',
  'SOPHIA_MCP_FILE',
  'SOPHIA_CALENDAR_FILE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'SOPHIA_TRACE_SHARE',
  'SOPHIA_LOG_LEVEL',
  'SOPHIA_ALLOW_PRIVATE_NETWORK',
]

const COMMANDS = [
  'alerts rules --json',
  'alerts test --json',
  'backup create --scheduled --json',
  'backup list --json',
  'backup verify <backup> --identity --json',
  'backup restore <backup> --identity --yes --json',
  'cache stats --json',
  'cache clear --tag --json',
  'calendar explain --key --at --json',
  'calendar may-deploy --at',
  'calendar show --at --json',
  'calendar triggers --at --days --ahead',
  'calendar upcoming --days --json',
  'chat <persona> [text] --json --conversation',
  'completion <shell>',
  'config check --json',
  'doctor --json',
  'drill <name> --json',
  'import <kind> <file> --map --as-of --deal --client --rep --on --title --atomic --dry-run --replace-sample --json',
  'jobs dead --json',
  'jobs discard <id> --json',
  'jobs retry <id> --json',
  'keys create <name> --actions --days --json',
  'keys list --json',
  'keys revoke <key> --json',
  'members invite <email> --name --role --scope --team --rep --json',
  'members list --json',
  'members suspend <email> --json',
  'members team <name> --manager --json',
  'members activate <email> --json',
  'members link <email> --rep --team --scope --json',
  'members sign-in-link <email> --json',
  'migrate --may-lose-snapshot --json',
  'mcp list --json',
  'mcp add <id> <url> --name --header --header-file --critical --expect-tool --json',
  'mcp remove <id> --json',
  'mcp probe <id> --json',
  'mcp approve <id> [tools] --json',
  'personas list --json',
  'personas diff <persona> [version] --json',
  'personas activate <persona> <version> --json',
  'rollback --identity --yes --json',
  'sample load --json',
  'sample remove --json',
  'service install --system --user --dry-run',
  'service run <command> --system --user',
  'service status --system --user --json',
  'service uninstall --system --user',
  'up --doors',
]

/** Name, effect, action, fields of the input; one that may be absent ends in `?`. */
const SKILLS = [
  'review-pipeline read skill:run: group?, rep?, manager?, product?, segment?, stage?, only?, focus?, since?',
  'coach-deal read skill:run: deal',
  'record-next-step write tool:approve: deal, nextStep, dueOn',
  'review-performance read skill:run: rep',
  'plan-skills read skill:run: rep',
  'handle-objection read skill:run: objection, deal?',
  'prepare-meeting read skill:run: about',
  'review-call read skill:run: call',
  'draft-follow-up read draft:use: about, call?, note?',
  'assess-health read skill:run: client',
  'predict-churn read skill:run: client',
  'review-portfolio read skill:run: segment?, csm?, focus?',
  'forecast-renewals read skill:run: segment?, csm?, months?',
  'plan-intervention read skill:run: client',
  'plan-success read skill:run: client, timeline?, goals?',
  'prepare-qbr read skill:run: client',
]

const METRICS = [
  'http_request_duration_seconds{method,route,status}',
  'sophia_calendar_period_active{period}',
  'sophia_desired_replicas{}',
  'sophia_turns_total{persona,status}',
  'sophia_turn_duration_seconds{}',
  'sophia_first_token_seconds{}',
  'sophia_log_lines_left_out_total{result}',
  'sophia_turns_active{}',
  'sophia_turn_takeovers_total{}',
  'sophia_requests_shed_total{rank}',
  'sophia_self_healing_total{action}',
  'sophia_request_limit{}',
  'sophia_turns_queued{}',
  'sophia_turns_stalled{stall}',
  'sophia_websocket_connections{}',
  'sophia_model_requests_total{provider,model,status}',
  'sophia_model_request_duration_seconds{provider}',
  'sophia_model_tokens_total{provider,model,direction}',
  'sophia_model_cost_usd_total{provider,model}',
  'sophia_jobs_waiting{queue}',
  'sophia_db_pool_connections{state}',
  'sophia_db_query_duration_seconds{}',
  'sophia_db_pool_wait_seconds{}',
  'sophia_db_connections_held_total{}',
  'sophia_mcp_server_state{server,state}',
  'sophia_mcp_probe_duration_seconds{server,outcome}',
  'sophia_mcp_tool_call_duration_seconds{server,outcome}',
  'sophia_cache_requests_total{class,result}',
  'sophia_cache_saved_usd_total{class,tier}',
  'sophia_cache_prewarmed_total{class,result}',
  'sophia_cache_troubles_total{trouble}',
  'sophia_trace_spans_total{result}',
  'sophia_turn_traces_lost_total{}',
  'sophia_rate_limited_total{limit}',
  'sophia_read_only{}',
  'sophia_cache_bytes{class}',
  'sophia_build_info{version}',
  'sophia_component_state{component,state}',
  'sophia_slo_events_total{slo,result}',
  'sophia_slo_error_budget_remaining{slo}',
  'sophia_alert_state{alert,state}',
  'sophia_alert_threshold{alert}',
  'sophia_alert_messages_total{channel,outcome}',
  'sophia_probe_misses{}',
  'sophia_replicas{state}',
  'sophia_backup_last_verified_timestamp_seconds{}',
  'sophia_answer_seconds{}',
  'sophia_backup_age_seconds{}',
  'sophia_tls_certificate_expiry_timestamp_seconds{}',
  'sophia_tls_certificate_renewal_used_ratio{}',
  'sophia_budget_used_ratio{}',
  'sophia_memory_limit_bytes{}',
  'sophia_memory_used_ratio{}',
  'sophia_event_loop_delay_p99_seconds{}',
]

const Metric = z.object({ name: z.string(), labelNames: z.array(z.string()) })
const InputSchema = z.object({
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).default([]),
})

test('every setting', () => {
  assert.deepEqual(Object.keys(SETTINGS), NAMES_OF_SETTINGS)
})

test('every command with its arguments and options', async () => {
  assert.deepEqual(describeCommands(await createCliProgram()).toSorted(), COMMANDS.toSorted())
})

test('the process adds every command that is written', () => {
  const main = readFileSync('src/main.ts', 'utf8')
  const files = readdirSync('src/cli').filter((name) => name.endsWith('-command.ts'))
  assert.ok(files.length > 5)
  assert.deepEqual(
    files.filter((file) => !main.includes(`'./cli/${file}'`)),
    [],
  )
})

test('every skill with its effect, action and input', () => {
  // Rooms are only described here; whoever asks them for rows finds nothing and fails.
  const needs = { database: {} as Database, clock: {} as Clock } as DraftsNeeds
  const marcus = [...createDeals(needs).skills, ...createCallSkills(needs), ...createDraftSkills(needs)]
  const skills = [...marcus, ...createClients(needs).skills].map((skill) => {
    const { properties, required } = InputSchema.parse(skill.inputSchema)
    const fields = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`))
    return `${skill.name} ${skill.effect} ${skill.action}: ${fields.join(', ')}`
  })
  assert.deepEqual(skills, SKILLS)
})

test('every metric of her own with its labels', () => {
  const found = Object.values(createMetrics()).flatMap((metric) => {
    const parsed = Metric.safeParse(metric)
    return parsed.success ? [`${parsed.data.name}{${parsed.data.labelNames.join()}}`] : []
  })
  assert.deepEqual(found.toSorted(), METRICS.toSorted())
})

test('the colleagues that come with her', () => {
  assert.deepEqual(
    readdirSync('personas')
      .filter((name) => name.endsWith('.md'))
      .toSorted(),
    ['marcus.md', 'sarah.md'],
  )
})
