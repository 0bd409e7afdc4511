import type { Line } from './story-calls.ts'

type Block = readonly Line[]

/** Words in braces are filled in: us, them, vendor, client, product, units, price, rival, first and second (days of the calendar). */
export const GREETINGS: readonly Block[] = [
  [
    ['we', 'Good morning {them}, it is {us} from {vendor}. Is this still a good time?'],
    ['they', 'Morning {us}. Yes, I have half an hour before the next one.'],
  ],
  [
    ['they', 'Hi {us}, sorry, the call before ran over.'],
    ['we', 'No harm done, {them}. Shall we keep to the three points I sent?'],
    ['they', 'Please. I read them on the way in.'],
  ],
  [
    ['we', 'Hello {them}, thanks for making room between your rounds.'],
    ['they', 'It is the quiet hour. By noon the phones start.'],
    ['we', 'Then I will be brief and write down what we agree.'],
  ],
]

const RECOVERY: Block = [
  ['we', 'Where do accounts get stuck today once a resident has moved out?'],
  ['they', 'Between us and the agency. We send a list, they send one back, and they never match.'],
  ['we', 'How long from move-out to the first contact?'],
  ['they', 'Three weeks if nobody is on leave. Target was eight days.'],
  ['we', 'And the settlements, who approves them?'],
  ['they', 'I do, by mail. There were sixty last month.'],
  ['we', 'With {product} you would set the limits once and see only the ones outside.'],
]
const DEPOSITS: Block = [
  ['we', 'What share of your applicants ask for something other than a full deposit?'],
  ['they', 'More than last year. One in four in the workforce properties.'],
  ['we', 'And what happens with them now?'],
  ['they', 'They go next door, mostly.'],
  ['we', 'That is what {product} is for: a monthly fee in place of the deposit, and you stay covered.'],
  ['they', 'Our counsel will ask how claims are paid, and how fast.'],
]
const MESSAGING: Block = [
  ['we', 'How do residents hear from you before rent day?'],
  ['they', 'A mail nobody reads, a note on the door, and then the phone.'],
  ['we', 'And the answers come back to whom?'],
  ['they', 'To whoever sits at the desk. Nothing is kept.'],
  ['we', 'With {product} the thread stays with the lease, in the language they write in.'],
]
const INSIGHT: Block = [
  ['we', 'Which report do your owners open first?'],
  ['they', 'Payments by month and property. We build it by hand, two people, two days.'],
  ['we', 'What would they ask if it were there on the third of the month?'],
  ['they', 'Why the same four properties are late every time.'],
  ['we', '{product} starts with exactly that page, and each figure opens to the payments behind it.'],
]
const PAYMENTS: Block = [
  ['we', 'Walk me through the first of the month. What arrives how?'],
  ['they', 'Half by card, a third by bank transfer, and still a drawer full of checks.'],
  ['we', 'And when is it all in the ledger?'],
  ['they', 'On the sixth, if the file loads. Last month it did not.'],
  ['we', 'With {product} a payment is in the ledger when the resident sees the tick.'],
  ['they', 'Including the returned ones? Those cost us the most time.'],
  ['we', 'Including those, with the reason and the fee you set.'],
]
export const PRODUCT_BLOCKS: Readonly<Record<string, Block>> = {
  'product-rent-rail': PAYMENTS,
  'product-settle': RECOVERY,
  'product-keystay': DEPOSITS,
  'product-porchline': MESSAGING,
  'product-groundview': INSIGHT,
}

export const DISCOVERY_BLOCKS: readonly Block[] = [
  [
    ['we', 'You have about {units} apartments under management. Is that still right?'],
    ['they', 'Give or take. Two properties come in, one is sold.'],
    ['we', 'Does the same team look after all of them?'],
    ['they', 'Three supervisors, each with a region. They compare notes on Fridays.'],
  ],
  [
    ['we', 'Who else looks at this with you?'],
    ['they', 'Finance looks at the cost, systems at the connection, and site staff will simply use it or not.'],
    ['we', 'Whose no would stop it?'],
    ['they', 'Finance. But they listen to the supervisors.'],
  ],
  [
    ['we', 'What would have to be better in six months for you to call it a success?'],
    ['they', 'Fewer calls in the first week. And autopay above half.'],
    ['we', 'Where is autopay today?'],
    ['they', 'A bit under a third, I believe. I can send you the figure.'],
  ],
  [
    ['we', 'Which system holds your leases?'],
    ['they', 'The one we have had for nine years. It works, as long as nobody touches it.'],
    ['we', 'Then the connection should be read and post only, nothing changed on your side.'],
    ['they', 'That is what our systems lead will want to hear.'],
  ],
]

export const OBJECTION_BLOCKS: readonly Block[] = [
  [
    ['they', 'My worry is the change-over. We tried it once in the middle of a month.'],
    ['we', 'What went wrong then?'],
    ['they', 'Residents paid into the old portal for three weeks.'],
    ['we', 'We cut over on the eleventh and leave the old page up with a pointer for two rent days.'],
    ['they', 'That I could explain to the sites.'],
  ],
  [
    ['they', '{price} a year is more than I had pencilled in.'],
    ['we', 'Compared with what?'],
    ['they', 'With doing nothing, to be honest.'],
    ['we', 'Then let us count what nothing costs: two people, two days, every month, and what comes in late.'],
    ['they', 'Put that on one page and I can carry it upstairs.'],
  ],
  [
    ['they', 'Security will want to know where the bank details are kept.'],
    ['we', 'Not with us in readable form, and not with you at all. I can send the report of the auditor.'],
    ['they', 'They will send you their own form anyway.'],
    ['we', 'We fill it in. It takes us two days.'],
  ],
  [
    ['they', 'Site staff turn over twice a year. Whatever needs training will die.'],
    ['we', 'What do new people use on their first day now?'],
    ['they', 'A sheet of paper with passwords. Please do not repeat that.'],
    ['we', 'Ours is one link and twelve minutes. You can see who has finished it.'],
  ],
]
/** Only where the deal has a rival on its record: nobody mentions one by accident. */
export const RIVAL_BLOCK: Block = [
  ['they', 'We also had {rival} on the line. They would do it for less.'],
  ['we', 'For the same scope?'],
  ['they', 'They leave out the reversals, as far as I could see.'],
  ['we', 'Then I would compare on a month with reversals in it. I can prepare that from your own export.'],
]

export const CHECK_IN_BLOCKS: readonly Block[] = [
  [
    ['we', 'How was the last rent day on your side?'],
    ['they', 'Calm. Two residents could not enrol, your support sorted it in an hour.'],
    ['we', 'Good to hear. Was there anything the team worked around?'],
    ['they', 'The export by owner. We still copy two columns by hand.'],
  ],
  [
    ['we', 'Which properties use it least?'],
    ['they', 'The two oldest ones. The supervisor there likes paper.'],
    ['we', 'Would a visit help more than a webinar?'],
    ['they', 'A visit with coffee would. She is not against it, she is busy.'],
  ],
  [
    ['they', 'Our owners asked for the share of on-time payments.'],
    ['we', 'It is on the second page, by property. Shall I schedule it for the fifth?'],
    ['they', 'The sixth. On the fifth I still get surprises.'],
  ],
]

export const COMMITMENT_BLOCKS: readonly Block[] = [
  [
    ['we', 'Then I send the page with the figures by {first}.'],
    ['they', 'And I have the people together on {second}.'],
    ['we', 'I will put both in the mail after this, so that we hold each other to it.'],
  ],
  [
    ['they', 'You will have our export by {first}.'],
    ['we', 'Two days later you have it back with the late ones marked.'],
    ['they', 'Then {second} is a good day to go through it.'],
  ],
  [
    ['we', 'What do you need from me, and by when?'],
    ['they', 'The answers for systems by {first}. I talk to finance on {second}.'],
    ['we', 'Both noted. I call you the day after.'],
  ],
]

export const FAREWELLS: readonly Block[] = [
  [
    ['they', 'Good. Talk soon, {us}.'],
    ['we', 'Thank you, {them}.'],
  ],
  [
    ['we', 'Anything I should have asked and did not?'],
    ['they', 'Ask me again after rent day.'],
  ],
]
