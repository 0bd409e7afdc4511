import type { DealRow } from './deals-store.ts'

/** A deal as the contract shows it: the value says whether it is an estimate, and is null when unknown. */
export function presentDeal(row: DealRow) {
  const amount = row.valueMicros === null ? null : { amountMicros: row.valueMicros, currency: row.currency }
  return {
    id: row.id,
    name: row.name,
    clientId: row.clientId,
    clientName: row.clientName,
    repId: row.repId,
    repName: row.repName,
    productName: row.productName,
    stage: row.stage,
    status: row.status,
    value: amount && { amount, isEstimated: row.isEstimated },
    createdOn: row.createdOn,
    expectedCloseOn: row.expectedCloseOn,
    closedOn: row.closedOn,
    nextStep: row.nextStep,
    nextStepOn: row.nextStepOn,
    lastActivityOn: row.lastActivityOn,
    ageDays: row.ageDays,
    stageEnteredOn: row.stageEnteredOn,
    risk:
      row.riskLevel === null || row.riskDay === null
        ? null
        : { level: row.riskLevel, score: row.riskScore, reason: row.riskReason, computedFor: row.riskDay },
  }
}
