using System.Threading.Channels;

namespace ChannelAcrossProcesses;

/// <summary>One reading of a sensor. Unmanaged, so that it crosses a process boundary as it is.</summary>
internal readonly record struct Reading(int Number, double Celsius);

/// <summary>
/// Ordinary code for <see cref="System.Threading.Channels"/>. It knows nothing of rings, and is the same whether the other end is in
/// this process or in another one.
/// </summary>
internal static class Pipeline
{
    public const int ReadingCount = 100_000;

    public static async Task Produce(ChannelWriter<Reading> writer)
    {
        for (int number = 0; number < ReadingCount; number++)
            await writer.WriteAsync(new Reading(number, 20 + Math.Sin(number * 0.001)));
        writer.Complete();
    }

    /// <summary>The mean of all readings, and how many there were.</summary>
    public static async Task<(double Mean, int Count)> Consume(ChannelReader<Reading> reader)
    {
        double sum = 0;
        int count = 0;
        await foreach (Reading reading in reader.ReadAllAsync())
        {
            if (reading.Number != count++)
                throw new InvalidDataException($"Reading {reading.Number} came in place {count - 1}.");
            sum += reading.Celsius;
        }

        return (sum / count, count);
    }
}
