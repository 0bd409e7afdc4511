import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { Budgets } from '#contract/access.ts'
import type { Money } from '#contract/common.ts'
import { command } from '../api/client.ts'
import { budgetsQuery } from '../api/queries.ts'
import { Button } from './button.tsx'
import { Field } from './field.tsx'
import { Section } from './page.tsx'
import { Bar } from './signal.tsx'
import { Loaded, Problem } from './states.tsx'
import { MoneyText } from './values.tsx'

/** Hard limits per day; an answer is refused before it would pass one. */
export function BudgetSection() {
  const budgets = useQuery(budgetsQuery)
  return (
    <Section title="Daily limits" note="In US dollars, anew at midnight UTC">
      <Loaded asked={budgets} lines={3}>
        {(found) => <BudgetForm key={JSON.stringify(found.deploymentDaily)} budgets={found} />}
      </Loaded>
    </Section>
  )
}

function BudgetForm({ budgets }: { budgets: z.infer<typeof Budgets> }) {
  const client = useQueryClient()
  const [all, setAll] = useState(usdOf(budgets.deploymentDaily))
  const [each, setEach] = useState(usdOf(budgets.memberDaily))
  const save = useMutation({
    mutationFn: () =>
      command('/api/budgets', {
        method: 'PUT',
        json: { deploymentDailyUsd: numberOf(all), memberDailyUsd: numberOf(each) },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['budgets'] }),
  })
  return (
    <form
      className="budget"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <SpentToday budgets={budgets} />
      <div className="budget-fields">
        <Field
          label="All together"
          type="number"
          min="0"
          step="0.01"
          inputMode="decimal"
          value={all}
          placeholder="No limit"
          onChange={(event) => setAll(event.target.value)}
        />
        <Field
          label="Each member"
          type="number"
          min="0"
          step="0.01"
          inputMode="decimal"
          value={each}
          placeholder="No limit"
          onChange={(event) => setEach(event.target.value)}
        />
        <Button type="submit" isBusy={save.isPending}>
          {save.isSuccess ? 'Saved' : 'Save limits'}
        </Button>
      </div>
      {save.isError ? <Problem thrown={save.error} kept="The limits are as before." /> : null}
    </form>
  )
}

function SpentToday({ budgets }: { budgets: z.infer<typeof Budgets> }) {
  const limit = budgets.deploymentDaily?.amountMicros ?? null
  const share = limit ? budgets.spentToday.amountMicros / limit : null
  return (
    <div className="budget-now">
      <p>
        <MoneyText money={budgets.spentToday} /> spent today, <MoneyText money={budgets.reservedNow} /> reserved for
        answers under way
      </p>
      {share === null ? null : (
        <Bar
          value={share}
          signal={share > 0.9 ? 'risk' : share > 0.7 ? 'watch' : 'good'}
          label={`${Math.round(share * 100)} % of today's limit is spent`}
        />
      )}
    </div>
  )
}

function usdOf(money: Money | null): string {
  return money === null ? '' : String(money.amountMicros / 1_000_000)
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text)
}
