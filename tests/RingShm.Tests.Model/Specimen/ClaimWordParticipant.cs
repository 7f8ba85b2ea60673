using RingShm.Prototypes;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Specimen;

/// <summary>
/// A participant of the claim-word prototype with its recovery: what it does when a word is in its way, by the one rule that
/// only the kernel says who is dead. Rows are the participants' own; none is reused.
/// </summary>
internal readonly unsafe struct ClaimWordParticipant(Execution execution, ModelThread thread, int slots)
{
    private readonly ClaimWordQueue<ModelMemory, long> _queue = new(execution.Region, slots, thread.Index);

    /// <summary>Puts a message in, past what the dead left in the way; false when full or when somebody alive holds the slot.</summary>
    public bool TryEnqueue(long message)
    {
        while (true)
        {
            if (_queue.TryEnqueue(in message, out long obstacle))
                return true;
            long word = _queue.Look(obstacle);
            if (ClaimWord.StateOf(word) != SlotState.Skip || _queue.PositionOf(SlotOf(obstacle), word) != obstacle - slots)
                return false;
            if (!_queue.TryFreeSkipped(obstacle, word))
                return false;
        }
    }

    /// <summary>Takes a message out, past what dead writers left; false when empty or when somebody alive still writes.</summary>
    public bool TryDequeue(out long message)
    {
        while (true)
        {
            if (_queue.TryDequeue(out message, out long obstacle))
                return true;
            long word = _queue.Look(obstacle);
            if (ClaimWord.StateOf(word) != SlotState.Writing || _queue.PositionOf(SlotOf(obstacle), word) != obstacle
                || !IsDead(word))
                return false;
            // Whoever swaps first has skipped it; the others find that out when they try again.
            _queue.TrySkip(obstacle, word);
        }
    }

    /// <summary>Looks through all slots for a message that a dead consumer had taken, and takes it over.</summary>
    public bool TryRedeem(out long message)
    {
        for (int slot = 0; slot < slots; slot++)
        {
            long word = _queue.Look(slot);
            if (ClaimWord.StateOf(word) == SlotState.Reading && IsDead(word)
                && _queue.TryTakeOver(_queue.PositionOf(slot, word), word, out message))
                return true;
        }

        message = 0;
        return false;
    }

    private int SlotOf(long position) => (int)(position & (slots - 1));

    private bool IsDead(long word)
    {
        int row = ClaimWord.RowOf(word);
        return row != thread.Index && !execution.IsAlive(thread, Execution.OwnerWord(execution.Threads[row]));
    }
}
