using System.Runtime.CompilerServices;
using RingShm.Memory;

namespace RingShm.Waiting;

/// <summary>
/// Lets a participant sleep in the kernel until another one has published (or handed back) something, at no cost to that one
/// while nobody sleeps.
/// </summary>
/// <remarks>
/// <code>
///  sleeper                                    ringer
///  word: one sleeper more        (W4)         publish                     (S3, S6, ...)
///  fence, and one for all ringers (W5)        [fence, unless W5 gives it]  (W1)
///  look at the ring again                     look at the word            (W2)
///  sleep unless the sequence moved            sleepers? word: none, next sequence (W3); wake them all
/// </code>
/// Either the ringer's look sees the announcement, or the sleeper's look sees the publication: each side stores, fences and then
/// loads what the other stores. Who sees an announcement takes all of them and moves the sequence in one step, so exactly one
/// ringer wakes a sleeper, a sleeper on its way into the kernel is turned back there, and what a killed sleeper announced is
/// gone with the next ring.
/// <para>
/// Everybody is woken, not one: whoever was to act on a single wake may die, be cancelled or take another message first, and
/// then somebody sleeps beside a message. Between W3 and the wake, or between the publication and W2, a ringer may die. So no
/// sleep is longer than a slice, after which the sleeper looks at the ring again.
/// </para>
/// </remarks>
internal readonly unsafe struct Doorbell<TMemory>
    where TMemory : struct, IMemory
{
    private readonly long* _word;
    private readonly IKernelDoorbell _kernel;
    private readonly bool _ringerFences;

    /// <param name="word">The doorbell's word in the region.</param>
    /// <param name="kernel">What the operating system does for it.</param>
    /// <param name="ringerFences">True when ringers of this process fence; false when sleepers do it for them.</param>
    public Doorbell(long* word, IKernelDoorbell kernel, bool ringerFences)
    {
        _word = word;
        _kernel = kernel;
        _ringerFences = ringerFences;
    }

    public long* Word => _word;

    public IKernelDoorbell Kernel => _kernel;

    /// <summary>Wakes whoever sleeps. Called after each publication; one load and one branch when nobody does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ring()
    {
        long word = Look();
        if (DoorbellWord.HasSleepers(word))
            Wake(word);
    }

    /// <summary>
    /// The look of <see cref="Ring"/> alone, after a publication: when it is true, the caller must ring before it does anything else.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAwaited() => DoorbellWord.HasSleepers(Look());

    /// <summary>
    /// The same for something that was said beside the ring (a cancelled token, a disposed handle): sleepers of this process
    /// find it when they look again.
    /// </summary>
    public void Interrupt()
    {
        // W1 fence: what was said before the look. Pairs with W5.
        TMemory.Fence(Edge.W1);
        Ring();
    }

    /// <summary>Sleeps until the condition is met. False when the limit ended the wait.</summary>
    public bool Sleep<TCondition>(ref TCondition condition, in WaitLimit limit)
        where TCondition : struct, IWaitCondition
    {
        uint sequence = Announce();
        Fence();
        while (true)
        {
            if (condition.IsMet())
            {
                Retract(sequence);
                return true;
            }

            if (limit.IsOver)
            {
                Retract(sequence);
                return false;
            }

            _kernel.Wait(_word, sequence, limit.SliceEnd);
            // Without a ring the announcement stands, and the wait goes on with another look.
            if (!IsRung(sequence))
                continue;
            if (condition.IsMet())
                return true;
            sequence = Announce();
            Fence();
        }
    }

    /// <summary>
    /// Announces a sleeper and returns the sequence to sleep on. What it waits for must be looked at after <see cref="Fence"/>, and
    /// before it sleeps.
    /// </summary>
    public uint Announce()
    {
        // W4: each turn that fails means that somebody else announced, retracted or rang: they came on.
        long word = TMemory.Load(_word, Edge.W4);
        while (true)
        {
            // W4 compare-and-swap: the announcement, and the sequence it belongs to, in one step. Pairs with W2 and W3.
            long found = TMemory.CompareExchange(_word, DoorbellWord.Announced(word), word, Edge.W4);
            if (found == word)
                return DoorbellWord.Sequence(word);
            word = found;
        }
    }

    /// <summary>Orders announcements before the looks that follow, and ringers' publications before their looks.</summary>
    public void Fence()
    {
        // W5 fence: the announcement before the look at the ring. Pairs with W1.
        TMemory.Fence(Edge.W5);
        _kernel.FenceRingers();
    }

    /// <summary>True when the doorbell was rung since an announcement: it is not announced any more.</summary>
    public bool IsRung(uint sequence) =>
        // W7 plain: an old value only leads back to the kernel, which compares with the latest.
        DoorbellWord.Sequence(TMemory.Load(_word, Edge.W7)) != sequence;

    /// <summary>Takes an announcement back, unless a ringer has taken it. Nobody is then woken for nothing.</summary>
    public void Retract(uint sequence)
    {
        // W6: each turn that fails means that somebody else announced, retracted or rang.
        long word = TMemory.Load(_word, Edge.W6);
        while (DoorbellWord.Sequence(word) == sequence && DoorbellWord.HasSleepers(word))
        {
            // W6 compare-and-swap: the sequence in the word says that our announcement is still among those counted.
            long found = TMemory.CompareExchange(_word, DoorbellWord.Retracted(word), word, Edge.W6);
            if (found == word)
                return;
            word = found;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Look()
    {
        // W1 fence: the publication before the look. Pairs with W5; where sleepers fence for us, nothing is left to do.
        if (_ringerFences)
            TMemory.Fence(Edge.W1);
        // W2 acquire: so that no compiler moves the look before the publication. Pairs with W4.
        return TMemory.LoadAcquire(_word, Edge.W2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wake(long word)
    {
        uint sequence = DoorbellWord.Sequence(word);
        // Each turn that fails means that one more sleeper announced itself or left. Who finds another sequence is done: the one
        // who moved it wakes everybody that we saw.
        while (DoorbellWord.HasSleepers(word) && DoorbellWord.Sequence(word) == sequence)
        {
            // W3 compare-and-swap: takes all announcements and turns back who is on the way into the kernel. Pairs with W4.
            long found = TMemory.CompareExchange(_word, DoorbellWord.Rung(word), word, Edge.W3);
            if (found == word)
            {
                _kernel.Wake(_word, sequence);
                return;
            }

            word = found;
        }
    }
}
