import type { BlindCall } from './labelled-calls-blind.ts'

/**
 * Calls written and labelled before the rules were read; nothing was learnt from their lines. No rival is on record. Of the
 * first labels one was changed: "early next week" ends on that week's Friday, as everywhere.
 */
export type HeldOutCall = Omit<BlindCall, 'rivals' | 'competitors' | 'nextStep'>

export const HELD_OUT_CALLS: readonly HeldOutCall[] = [
  {
    name: 'discovery',
    onDay: '2026-05-12',
    clientName: 'Ferrum Steel',
    ourRep: 'Dana Whitfield',
    theirs: ['Ruth Adeyemi', 'Colin Baxter'],
    commitments: ['25 us 2026-05-14', '26 them 2026-05-15', '36 us 2026-05-18', '37 them'],
    objections: ['24 other', '33 price'],
    heard: ['identified_pain', 'metrics', 'competition', 'decision_criteria', 'economic_buyer', 'decision_process'],
    body: `Dana Whitfield: Good morning Ruth, good to finally put a face to the name.
Ruth Adeyemi: Morning. Sorry I'm late, the plant tour ran over.
Dana Whitfield: No worries at all. Is Colin joining too?
Ruth Adeyemi: He is, just dialling in now.
Colin Baxter: Hi all, can you hear me?
Dana Whitfield: Loud and clear. I'd suggest we start with how planning works at Ferrum today, then I show you a few screens, and we see whether it makes sense to go on.
Ruth Adeyemi: Works for me. So, honestly, planning is a mess. Every Monday two people sit down and retype orders from the ERP into a spreadsheet.
Colin Baxter: And by Wednesday it's out of date. Last quarter we missed eleven delivery dates because of it.
Dana Whitfield: Eleven. What does a missed date cost you?
Colin Baxter: Roughly nine thousand euros each in penalties, more if it's one of the car makers.
Dana Whitfield: So around a hundred thousand in one quarter.
Ruth Adeyemi: When you put it like that, yes.
Dana Whitfield: And what have you tried so far?
Ruth Adeyemi: We looked at the planning module from our ERP supplier two years ago. It was too rigid.
Colin Baxter: We're also seeing a demo of Planwise next week, just so you know.
Dana Whitfield: Appreciate the openness. What will matter most when you compare?
Colin Baxter: Two things for me: it has to read from the ERP without us touching it, and the shift leads must be able to use it on a tablet.
Ruth Adeyemi: For me it's time to go live. If this takes a year I can't sell it internally.
Dana Whitfield: Typical go-live is ten weeks. Let me share my screen for a second.
Dana Whitfield: This is the board a shift lead would see. Each bar is an order.
Colin Baxter: Can they drag them?
Dana Whitfield: They can, and it recalculates the knock-on effects.
Ruth Adeyemi: Nice. That alone would spare us the Wednesday meeting.
Colin Baxter: I do worry about the integration. Our ERP is fifteen years old and heavily customised, I'm not convinced you can read it.
Dana Whitfield: Fair point. We've connected four installations of the same vintage. I'll have our engineer send you the list of tables we need by Thursday.
Colin Baxter: Good. I can get you a test login for the ERP, give me until Friday.
Dana Whitfield: Perfect. Ruth, who decides on something like this?
Ruth Adeyemi: In the end it's Helmut, our COO. He holds the budget for plant systems.
Dana Whitfield: And how does it get from you to him?
Ruth Adeyemi: Colin and I write a recommendation, the works council gets to see it, and then it goes to the monthly investment round.
Dana Whitfield: When is the next round?
Ruth Adeyemi: First Tuesday in June. After that nothing until September.
Ruth Adeyemi: I have to say, the number you mentioned on the phone made me swallow. Sixty thousand a year is a lot for us.
Dana Whitfield: I hear you. Against a hundred thousand a quarter in penalties it pays for itself, but I'd rather show it with your numbers.
Ruth Adeyemi: That would help me with Helmut.
Dana Whitfield: Then I'll put together a one-page business case and get it to you on Monday.
Ruth Adeyemi: And I'll ask Helmut whether he has half an hour in the last week of May.
Dana Whitfield: Wonderful. Thanks both.
Colin Baxter: Thanks, bye.`,
  },
  {
    name: 'pricing',
    onDay: '2026-05-14',
    clientName: 'Medora Clinics',
    ourRep: 'Luca Bernardi',
    theirs: ['Shirin Vaziri', 'Paul Dreyer'],
    commitments: ['16 us', '22 us 2026-05-20', '27 us 2026-05-14', '28 them', '34 them 2026-05-19'],
    objections: ['6 price', '15 trust', '19 timing', '31 competition'],
    heard: ['economic_buyer', 'metrics', 'champion', 'paper_process', 'competition'],
    body: `Luca Bernardi: Hi Shirin, hi Paul. How was the conference?
Shirin Vaziri: Exhausting, but good. I saw your stand actually.
Luca Bernardi: Ha, I hope they gave you decent coffee.
Shirin Vaziri: They did. Okay, we've got thirty minutes, so let's get into it.
Luca Bernardi: Sure. I sent the quote last Friday. What's the reaction on your side?
Paul Dreyer: Well, it came in above what we had set aside. We budgeted forty and you're at fifty-five.
Luca Bernardi: Is that forty fixed?
Paul Dreyer: It's what the board approved in January.
Shirin Vaziri: There's some room, but someone has to argue for it.
Luca Bernardi: Understood. Who'd have the last word if we went above forty?
Paul Dreyer: Dr. Lindqvist, our finance director, would have to sign anything above budget.
Luca Bernardi: And what would convince her?
Shirin Vaziri: No-shows. We lose about twelve percent of appointments, and every point is worth eighty thousand a year to us.
Luca Bernardi: The clinics we work with usually come down to seven or eight.
Paul Dreyer: Can you back that up? Everybody claims that sort of thing.
Luca Bernardi: Absolutely. I'm going to introduce you to the operations lead at Sankt Anna, she'll tell you their numbers herself.
Shirin Vaziri: That would be useful. I've been pushing for this since last summer, so the more ammunition the better.
Luca Bernardi: Thank you for that, Shirin.
Paul Dreyer: My other concern is timing. We're moving two sites in August and I don't want another project on top of it.
Luca Bernardi: What if we began with the two sites that stay put?
Paul Dreyer: Possibly. I'd have to see what it means for my people.
Luca Bernardi: Let me work out a phased plan for you. You'll have it by Wednesday next week.
Paul Dreyer: OK.
Shirin Vaziri: What about data protection? Our officer is quite strict.
Luca Bernardi: What does she need to see?
Shirin Vaziri: She goes through the processing agreement and the hosting certificates before legal can countersign. That takes three weeks, normally.
Luca Bernardi: Then we should start that now. I'll email the agreement and the certificates this afternoon.
Shirin Vaziri: Great, I'll forward them to her as soon as I have them.
Paul Dreyer: One more thing. Reception is comparing you with DocFlow.
Luca Bernardi: What do they like about it?
Paul Dreyer: It looks simpler. And it's what they used in their former jobs.
Luca Bernardi: Would it help if they tried ours for an afternoon?
Paul Dreyer: Maybe. I could see that working.
Shirin Vaziri: Let me find a slot with the reception leads. I'll come back to you by Tuesday.
Luca Bernardi: Sounds like a plan. Shall we speak again a week from today?
Paul Dreyer: Thursday the 21st, ten o'clock, fine with me.
Shirin Vaziri: Same here.
Luca Bernardi: Brilliant. Have a good weekend when it comes.`,
  },
  {
    name: 'stalled',
    onDay: '2026-07-01',
    clientName: 'Arbor Schools',
    ourRep: 'Tobias Marchetta',
    theirs: ['Lucy Tremblay'],
    commitments: ['15 us 2026-07-01', '25 us 2026-07-15', '26 them', '32 them', '33 us 2026-07-08'],
    objections: ['4 timing', '10 change', '16 price'],
    heard: ['identified_pain', 'economic_buyer', 'decision_process', 'decision_criteria', 'competition', 'champion'],
    body: `Tobias Marchetta: Hi Lucy, I was starting to think you'd emigrated.
Lucy Tremblay: I know, I know. End of term. It's chaos.
Tobias Marchetta: I can imagine. Where do things stand with the parents' app?
Lucy Tremblay: To be blunt, it's slipped down the list. The new curriculum eats everything right now.
Tobias Marchetta: What would bring it back up?
Lucy Tremblay: The phone calls, probably. The secretaries take sixty calls every morning about sick kids.
Tobias Marchetta: Per school?
Lucy Tremblay: Per school. Times fourteen.
Tobias Marchetta: How does the head of the trust see it?
Lucy Tremblay: Mr. Okafor? He likes it, but he thinks parents will complain about one more app.
Tobias Marchetta: We hear that a lot. In the pilot in Leeds nine in ten parents had it after a fortnight.
Lucy Tremblay: Really? That's higher than I'd have guessed.
Tobias Marchetta: I can send you what they wrote about it.
Lucy Tremblay: Yes, do.
Tobias Marchetta: You'll have it in your inbox this evening.
Lucy Tremblay: Ta. The other snag is that we simply have no funds left until the new school year.
Tobias Marchetta: When does the new budget open?
Lucy Tremblay: First of September. And it's Mr. Okafor who approves anything over ten thousand.
Tobias Marchetta: So if we had everything agreed over the summer, he could sign in September?
Lucy Tremblay: In theory. The governors have to nod it through at their meeting on the eighth.
Tobias Marchetta: What do they need in front of them?
Lucy Tremblay: A two-page paper, costs, and proof that it's safe for children's data.
Tobias Marchetta: I'd be happy to draft that with you.
Lucy Tremblay: Would you? You're a star.
Tobias Marchetta: I'll do a first version by the 15th and you tear it apart.
Lucy Tremblay: Deal. I'll dig out last year's paper so you can see the format.
Tobias Marchetta: Great. Are you looking at anybody else, by the way?
Lucy Tremblay: One of the heads swears by ClassPing, they're using it at her old place.
Tobias Marchetta: Good to know. And is there someone among the heads who's keen on ours?
Lucy Tremblay: Bernice at Hillside. She keeps asking me when it's coming and she talks to the others about it.
Tobias Marchetta: Could I call her?
Lucy Tremblay: I'll ask her first. Give me a couple of days.
Tobias Marchetta: Take your time. I'll ring you next Wednesday in any case.
Lucy Tremblay: Okay. Must dash, the bell's gone.
Tobias Marchetta: Bye, Lucy.`,
  },
  {
    name: 'renewal and expansion',
    onDay: '2026-03-06',
    clientName: 'Tessaro',
    ourRep: 'Luca Bernardi',
    theirs: ['Emre Yildiz'],
    commitments: ['23 us 2026-03-10', '24 them 2026-03-13', '28 them 2026-03-06', '35 us', '37 us 2026-03-20'],
    objections: ['4 price', '30 other'],
    heard: ['identified_pain', 'metrics', 'champion', 'economic_buyer', 'decision_criteria', 'paper_process'],
    body: `Luca Bernardi: Hello Emre. Happy Friday.
Emre Yildiz: Happy Friday. Listen, I want to talk about the renewal and about the warehouse in Izmir.
Luca Bernardi: Music to my ears. Which one first?
Emre Yildiz: Renewal. You raised the price by nine percent. I can't explain that to anyone here.
Luca Bernardi: It's the index clause. But I see why it hurts.
Emre Yildiz: Our own customers squeeze us by five. So nine is not on.
Luca Bernardi: What if Izmir came on top, and we looked at the total?
Emre Yildiz: That's exactly what I was thinking.
Luca Bernardi: Tell me about Izmir.
Emre Yildiz: Forty docks, two hundred people, and returns pile up for days since nobody sees what's in the boxes.
Luca Bernardi: How many returns?
Emre Yildiz: Three thousand a day. We write off about two percent of it, that's half a million lira every week.
Luca Bernardi: And who runs that site?
Emre Yildiz: Selin Kaya. She visited our place in Bursa and now she won't stop asking for your system.
Luca Bernardi: I like her already.
Emre Yildiz: Ha. But she can't sign. It's the group's operations director, Mr. Demir, who gives the go.
Luca Bernardi: How do I get to Mr. Demir?
Emre Yildiz: Through me. He doesn't like vendors calling.
Luca Bernardi: Okay. What does he care about?
Emre Yildiz: Payback under a year, and that the people on the floor need no more than a day of training.
Luca Bernardi: We did Bursa in half a day.
Emre Yildiz: I remember. That will go down well.
Luca Bernardi: I'll calculate the payback with your figures and send it on Tuesday.
Emre Yildiz: Good. I'll get you the write-off report from Selin, early next week.
Luca Bernardi: What about the paperwork, is it the same as last time?
Emre Yildiz: No. Group purchasing does it now: framework contract first, then a call-off per site, and the compliance form.
Luca Bernardi: Who's my contact there?
Emre Yildiz: A guy called Ozan. I'll connect the two of you by email today.
Luca Bernardi: Thanks a lot.
Emre Yildiz: One thing you should know, IT would rather build it themselves. They have done a little app already.
Luca Bernardi: How far along is it?
Emre Yildiz: Not far. But they're loud.
Luca Bernardi: Should I talk to them?
Emre Yildiz: Let me soften them up first. We'll see.
Luca Bernardi: Fine. And the nine percent, I'll go back to my management and see what's possible if Izmir comes in.
Emre Yildiz: Do that. I need something I can show by the end of March.
Luca Bernardi: You'll get a combined offer from me no later than the 20th.
Emre Yildiz: Agreed. Enjoy the weekend.
Luca Bernardi: You too, Emre.`,
  },
]
