/** What of the chart is made from the code: the schema of its values, the rules of alerts, the dashboard. */
import { prometheusRuleGroups } from './alert-files.ts'
import { grafanaDashboard } from './grafana-dashboard.ts'
import { valuesSchema } from './helm-values.ts'

const CHART = 'deploy/helm/sophia'

/** Each with what its content must be. */
export const HELM_FILES: Readonly<Record<string, () => string>> = {
  [`${CHART}/values.schema.json`]: valuesSchema,
  [`${CHART}/files/rules.yaml`]: prometheusRuleGroups,
  [`${CHART}/files/dashboard.json`]: grafanaDashboard,
}
