namespace RingShm.Load.Crowd;

/// <summary>How many processes (or threads) produce and consume.</summary>
internal readonly record struct Shape(int Producers, int Consumers)
{
    public int Participants => Producers + Consumers;

    public static Shape Parse(string text)
    {
        string[] parts = text.Split('x');
        if (parts.Length == 2
            && int.TryParse(parts[0], out int producers) && producers is > 0 and <= CrowdBurst.MaxProducers
            && int.TryParse(parts[1], out int consumers) && consumers is > 0 and <= CrowdBurst.MaxProducers)
            return new Shape(producers, consumers);
        throw new FormatException($"\"{text}\" is not a shape such as 2x2, of 1 to {CrowdBurst.MaxProducers} producers and consumers.");
    }

    public override string ToString() => $"{Producers}x{Consumers}";
}

/// <summary>One burst of a crowd: each producer sends so many messages, numbered on from those of the bursts before.</summary>
/// <param name="Number">Counts the bursts, so that no message of one can pass for one of another.</param>
/// <param name="CountPerProducer">Messages that each producer sends.</param>
internal readonly record struct CrowdBurst(int Number, long CountPerProducer)
{
    public const int MaxProducers = 16;

    /// <summary>Ends a consumer's part: the last producer to finish sends one for each, behind all messages.</summary>
    public const ulong EndMark = ulong.MaxValue;

    private const int ProducerShift = 56;
    private const int BurstShift = 32;
    private const int BurstMask = 0xFF_FFFF;

    /// <summary>The first word of a producer's first message; it grows by one from message to message.</summary>
    public ulong FirstOf(int producer) => ((ulong)producer << ProducerShift) | ((ulong)(uint)(Number & BurstMask) << BurstShift);

    /// <summary>Who sent the message with this first word.</summary>
    public static int ProducerOf(ulong first) => (int)(first >> ProducerShift) & (MaxProducers - 1);

    /// <summary>The sum of all words of all messages of the burst.</summary>
    public ulong ExpectedSum<T>(int producers)
        where T : unmanaged, ICrowdMessage<T>
    {
        ulong sum = 0, count = (ulong)CountPerProducer;
        ulong sumOfNumbers = count % 2 == 0 ? count / 2 * (count - 1) : (count - 1) / 2 * count;
        for (int producer = 0; producer < producers; producer++)
            sum += ((ulong)T.Words * ((count * FirstOf(producer)) + sumOfNumbers)) + (count * T.Excess);
        return sum;
    }
}

/// <summary>What one participant did in a burst.</summary>
/// <param name="Start">When it saw the signal, in timestamp ticks.</param>
/// <param name="End">When it was through.</param>
/// <param name="Count">Messages received.</param>
/// <param name="Sum">Of their words.</param>
/// <param name="Disorder">Messages that came after a later one of the same producer.</param>
/// <param name="Switches">How often the kernel took its processor away.</param>
[StructLayout(LayoutKind.Sequential)]
internal record struct CrowdReceipt(long Start, long End, long Count, ulong Sum, long Disorder, long Switches);
