package athena.federation.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The Java SDK at the other end of a pipe: one JSON command per line in, one JSON answer per line out, in order.
 *
 * <p>A command says in "do" what is wanted; what fails is answered as {"failed": "..."}, and the next line is read.
 */
public final class Main {
    static final ObjectMapper JSON = new ObjectMapper();

    private interface Verb {
        JsonNode answer(JsonNode command) throws Exception;
    }

    private static final Map<String, Verb> VERBS =
            Map.of(
                    "mirror", Mirror::reflect,
                    "invent", Invention::messages,
                    "differ", Mirror::difference,
                    "converse", Athena::converse,
                    "call", Athena::call,
                    "judge", Judge::filtering,
                    "connect", JavaConnector::start);

    private Main() {}

    /** Reads commands from stdin until it ends. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever a library prints is no answer
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(answered(line)));
            if (!in.ready()) {
                out.flush();
            }
        }
        out.flush();
        System.exit(0);
    }

    private static JsonNode answered(String line) {
        try {
            JsonNode command = JSON.readTree(line);
            return VERBS.get(command.get("do").asText()).answer(command);
        } catch (Exception | LinkageError error) {
            ObjectNode failure = JSON.createObjectNode();
            failure.put("failed", told(error));
            return failure;
        }
    }

    /** The error and what caused it, each with the place in our own code or the SDK's where it arose. */
    static String told(Throwable error) {
        StringBuilder text = new StringBuilder();
        for (Throwable each = error; each != null; each = each.getCause() == each ? null : each.getCause()) {
            text.append(text.isEmpty() ? "" : " <- ").append(each);
            if (each.getStackTrace().length > 0) {
                text.append(" at ").append(each.getStackTrace()[0]);
            }
        }
        return text.toString();
    }
}
