using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Mpmc;

/// <content>Who may do what to a word: only who holds it, and a survivor only when the holder is dead.</content>
internal sealed unsafe partial class MpmcWorld
{
    private bool IsDead(ModelThread thread) =>
        thread.Status is ThreadStatus.Dead or ThreadStatus.Finished || _lost.Contains(thread);

    private void CheckMine(ModelThread me, long position, int granules)
    {
        for (long at = position; at < position + granules; at++)
        {
            if (!_claims.TryGetValue(at, out ModelThread? owner) || owner != me)
                throw new ViolationException($"{me.Name} publishes or marks granule {at}, which {(owner == null ? "nobody" : owner.Name)} has claimed.");
        }
    }

    private MpmcMessage HeldBy(ModelThread me, long position)
    {
        if (!_messages.TryGetValue(position, out MpmcMessage? message))
            throw new ViolationException($"{me.Name} has message {position}, which is not committed.");
        if (message.State != MessageState.Taken || message.Holder != me)
            throw new ViolationException($"{me.Name} has message {position}, which {Describe(message)}.");
        return message;
    }

    private MpmcMessage Around(long position)
    {
        for (long start = position; start > position - Count; start--)
        {
            if (_messages.TryGetValue(start, out MpmcMessage? message))
                return message.End > position ? message : throw new ViolationException($"Granule {position} belongs to no message.");
        }

        throw new ViolationException($"Granule {position} belongs to no message.");
    }

    private void ExpectDeadHolder(ModelThread me, MpmcMessage message)
    {
        if (message.State != MessageState.Taken)
            throw new ViolationException($"{me.Name} mends message {message.Position}, which {Describe(message)}.");
        ExpectDead(me, message.Holder!, $"message {message.Position}");
    }

    private void ExpectDead(ModelThread me, ModelThread owner, string what)
    {
        if (!IsDead(owner))
            throw new ViolationException($"{me.Name} robs {owner.Name}, who is alive, of {what}.");
    }

    /// <summary>Nobody but its owner may have touched a word since its owner left it.</summary>
    private static void ExpectOneOf(ModelThread me, in StoreNote note, params ReadOnlySpan<long> expected)
    {
        if (!expected.Contains(note.Before))
            throw new ViolationException($"{me.Name} stores 0x{note.Value:X} at {note.Edge} over 0x{note.Before:X}, which is not what it left there.");
    }

    private void ExpectNothingHeld(ModelThread owner, string when)
    {
        foreach ((long position, ModelThread claimer) in _claims)
        {
            if (claimer == owner)
                throw new ViolationException($"{when}, but {owner.Name}'s claim of granule {position} is not mended.");
        }

        foreach (MpmcMessage message in _messages.Values)
        {
            if (message.State == MessageState.Taken && message.Holder == owner)
                throw new ViolationException($"{when}, but {owner.Name}'s granule {message.Position} is not mended.");
        }
    }
}
