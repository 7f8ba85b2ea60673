using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Broadcast;

/// <summary>The oldest message that is kept.</summary>
/// <param name="Step">How often it has changed.</param>
/// <param name="Position">Its position: everything before it may be written over.</param>
/// <param name="Messages">How many messages were published before it.</param>
internal readonly record struct Retained(long Step, long Position, long Messages);

/// <summary>What a look at one position of a broadcast ring finds.</summary>
internal enum Passage
{
    /// <summary>A published message.</summary>
    Message,

    /// <summary>A claim that was given up.</summary>
    Skipped,

    /// <summary>Not claimed, or claimed and not published.</summary>
    Unpublished,

    /// <summary>A word of a later lap: what was here is gone.</summary>
    Overwritten,
}

/// <summary>
/// What a broadcast ring keeps, and how writers give the oldest of it up together, so that every reader can learn exactly how many
/// messages were before it.
/// </summary>
/// <remarks>
/// Invariant B1: no writer writes to a granule whose last message begins at or behind the retained position. A claim of the granules
/// up to e needs a retained position of at least e minus the ring's granules, and the retained position only grows.
/// Invariant B2: the pair that the step points to is true: at the position a message begins (or the unpublished begins), everything before it was
/// published or given up, and so many of them were messages.
/// A change takes three swaps, and whoever comes by can do each of them in another's place: the next position is decided (of several
/// wishes the first one counts); the next number of messages follows from it, because nothing before a position that was decided ever
/// changes; the step makes both hold. The pair that does not hold belongs to the next step; its position is then greater than that
/// of the pair that holds. Positions and numbers only grow, so a swap from what was seen before the step was found unchanged cannot
/// hit a later change, however late it comes.
/// </remarks>
internal static unsafe class BroadcastRetention<TMemory>
    where TMemory : struct, IMemory
{
    /// <summary>The pair that holds. Repeats only when another participant has changed it in the meantime.</summary>
    public static Retained Read(in BroadcastMap map)
    {
        while (true)
        {
            // B1 acquire: the pair is then at least as new as the step. Pairs with B3.
            long step = TMemory.LoadAcquire(map.RetainedStep, Edge.B1);
            // B1 acquire: a newer one shows a newer step below. Pairs with B2.
            long position = TMemory.LoadAcquire(map.RetainedPosition(step), Edge.B1);
            long messages = TMemory.LoadAcquire(map.RetainedMessages(step), Edge.B1);
            if (TMemory.Load(map.RetainedStep, Edge.B1) != step)
                continue;
            if (position < 0 || position > Mpmc.MpmcRecovery<TMemory>.MaxPosition || messages < 0 || messages > position)
                ThrowHelper.CorruptPosition("retained", position, "0 to 2^62, with no more messages than granules before it");
            return new Retained(step, position, messages);
        }
    }

    /// <summary>
    /// Moves the retained position on from what it was, to the one wished for or to the one that somebody else wished for first.
    /// Everything before the wish is published. The caller looks again what holds now.
    /// </summary>
    public static void Advance(in BroadcastMap map, in Retained from, long wish)
    {
        long next = from.Step + 1;
        // B1 acquire: then the step; a later decision shows a later step. Pairs with B2.
        long position = TMemory.LoadAcquire(map.RetainedPosition(next), Edge.B1);
        if (TMemory.Load(map.RetainedStep, Edge.B1) != from.Step)
            return;
        if (position <= from.Position)
        {
            // B2: of all wishes for this step one counts.
            long found = TMemory.CompareExchange(map.RetainedPosition(next), wish, position, Edge.B2);
            position = found == position ? wish : found;
        }

        if (!TryCount(map, from, position, out long count))
            return;
        // B1 acquire: as above.
        long messages = TMemory.LoadAcquire(map.RetainedMessages(next), Edge.B1);
        if (TMemory.Load(map.RetainedStep, Edge.B1) != from.Step)
            return;
        if (messages != from.Messages + count)
        {
            // B2: whoever comes first; all come to the same number.
            TMemory.CompareExchange(map.RetainedMessages(next), from.Messages + count, messages, Edge.B2);
        }

        // B3: from here on the pair holds, and what is before it may be written over. Pairs with B1, B11.
        TMemory.CompareExchange(map.RetainedStep, next, from.Step, Edge.B3);
    }

    /// <summary>What is at a position, and how many granules it has.</summary>
    public static Passage Look(in MpmcMap map, long position, out int granules)
    {
        // B8 acquire: the record is read after the word that shows it; its writer is done with it. Pairs with M6, M18.
        long word = TMemory.LoadAcquire(map.WordAt(position), Edge.B8);
        granules = MpmcWord.GranulesOf(word);
        int behind = (int)(map.LapOf(position) - MpmcWord.LapOf(word));
        SlotState state = MpmcWord.StateOf(word);
        if (behind < 0)
            return Passage.Overwritten;
        if (behind > 0 || state is SlotState.Free or SlotState.Writing)
            return Passage.Unpublished;
        if (state > SlotState.Skip || (uint)(granules - 1) >= (uint)map.MaxGranules)
            ThrowHelper.CorruptSlot(position, word);
        return state == SlotState.Full ? Passage.Message : Passage.Skipped;
    }

    /// <summary>Counts the messages up to a decided position. False when the step has moved on in the meantime.</summary>
    private static bool TryCount(in BroadcastMap map, in Retained from, long end, out long count)
    {
        count = 0;
        long position = from.Position;
        while (position < end)
        {
            // Only what is a lap behind can be written over, so what lies further is no decision of ours.
            Passage passage = end - from.Position > map.Slots.GranuleCount
                ? Passage.Overwritten
                : Look(map.Slots, position, out int granules) is var found && (position += granules) <= end ? found : Passage.Overwritten;
            if (passage is Passage.Unpublished or Passage.Overwritten)
            {
                // B1 acquire: after what showed that we are late. Pairs with B3.
                if (TMemory.LoadAcquire(map.RetainedStep, Edge.B1) == from.Step)
                    ThrowHelper.CorruptPosition("retained", end, "the end of a published message");
                return false;
            }

            if (passage == Passage.Message)
                count++;
        }

        return true;
    }
}
