using System.Globalization;
using System.Text;

namespace RingShm.Tests.Model.Engine;

/// <summary>
/// A schedule as one word: program, mutation, and the choices that were not 0, each as "distance from the previous one" and
/// "option". Pasted into <see cref="Explorer.Replay"/> it repeats the run access by access.
/// </summary>
internal readonly record struct Seed(string Program, string Mutation, IReadOnlyList<int> Choices)
{
    public override string ToString()
    {
        StringBuilder text = new();
        int zeros = 0;
        foreach (int choice in Choices)
        {
            if (choice == 0)
            {
                zeros++;
                continue;
            }

            text.Append(text.Length > 0 ? "-" : "").Append(zeros);
            if (choice != 1)
                text.Append('.').Append(choice);
            zeros = 0;
        }

        return $"{Program}/{Mutation}/{text}";
    }

    public static Seed Parse(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length != 3)
            throw new FormatException($"'{text}' is not a seed: expected program/mutation/choices.");
        List<int> choices = [];
        foreach (string item in parts[2].Split('-', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = item.Split('.');
            choices.AddRange(Enumerable.Repeat(0, int.Parse(pair[0], CultureInfo.InvariantCulture)));
            choices.Add(pair.Length > 1 ? int.Parse(pair[1], CultureInfo.InvariantCulture) : 1);
        }

        return new Seed(parts[0], parts[1], choices);
    }
}
