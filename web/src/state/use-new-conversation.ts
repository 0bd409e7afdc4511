import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Conversation, type MessageContext } from '#contract/conversations.ts'
import { call } from '../api/client.ts'
import { outbox } from './house.ts'
import { createPending } from './use-conversation.ts'

interface FirstQuestion {
  readonly persona: string
  readonly text: string
  readonly about?: NonNullable<MessageContext['about']>
}

/** Starts a conversation with its first question; the question waits in the outbox for the thread to deliver it. */
export function useNewConversation(onStarted: (conversation: Conversation) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ persona, text, about }: FirstQuestion) => {
      const conversation = await call(Conversation, '/api/conversations', {
        method: 'POST',
        json: about ? { persona, about } : { persona },
      })
      outbox.put(createPending(conversation.id, text, about ? { about } : undefined))
      return conversation
    },
    onSuccess: (conversation) => {
      client.setQueryData(['conversation', conversation.id], conversation)
      void client.invalidateQueries({ queryKey: ['conversations'] })
      onStarted(conversation)
    },
  })
}
