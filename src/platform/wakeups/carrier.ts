/** What becomes of what comes in. */
export interface CarrierEnds {
  readonly onText: (topic: string, text: string) => void
  /** The topic is heard, anew or for the first time (every topic when none is named): what was told before is not known. */
  readonly onGap: (topic?: string) => void
}

/** Carries short texts to every process of the deployment that hears the topic, this one included. It may lose them, and stores none. */
export interface Carrier {
  send(topic: string, text: string): void
  hear(topic: string): void
  /** Waits a moment for what is on its way. */
  close(): Promise<void>
}

export type OpenCarrier = (ends: CarrierEnds) => Carrier
